// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures
import Foundation
import Testing

@Suite struct `A string in a record` {
    @Test(arguments: 0...127) func `reads back as it was, wherever a byte stands in it`(
        _ byte: Int
    ) throws {
        for length in 1...17 {
            for place in 0..<length {
                var text = [UInt8](repeating: 0x61, count: length)
                text[place] = UInt8(byte)
                var json = [UInt8]()
                let isCut = json.appendJSONString(text.span)
                #expect(!isCut)
                let read = try JSONDecoder().decode(String.self, from: Data(json))
                #expect(Array(read.utf8) == text)
                let isEscaped = byte < 0x20 || byte == 0x22 || byte == 0x5C
                #expect((json.count > length + 2) == isEscaped)
            }
        }
    }

    @Test(arguments: 128...255) func `holds a replacement for a byte that is no text`(
        _ byte: Int
    ) throws {
        for place in 0..<17 {
            var text = [UInt8](repeating: 0x61, count: 17)
            text[place] = UInt8(byte)
            var json = [UInt8]()
            let isCut = json.appendJSONString(text.span)
            #expect(!isCut)
            let read = try JSONDecoder().decode(String.self, from: Data(json))
            #expect(read == String(decoding: text, as: UTF8.self))
            #expect(read.unicodeScalars.contains("\u{FFFD}"))
        }
    }
}
