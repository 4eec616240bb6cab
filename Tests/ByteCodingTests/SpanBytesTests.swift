// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

@Suite struct `Bytes of a span` {
    @Test func `are the same only where every one is`() {
        func same(_ one: [UInt8], _ two: [UInt8]) -> Bool { one.span.holdsSameBytes(as: two.span) }
        for length in 0...33 {
            let bytes = [UInt8](repeating: 0x61, count: length)
            #expect(same(bytes, bytes))
            #expect(!same(bytes, bytes + [0]))
            #expect(!same(bytes + [0], bytes))
            for at in bytes.indices {
                var changed = bytes
                changed[at] ^= 0x80
                #expect(!same(bytes, changed))
            }
        }
    }

    @Test func `are copied from any part of it`() {
        let bytes = [UInt8](0...255)
        for range in [0..<0, 0..<1, 7..<200, 255..<256, 0..<256] {
            #expect([UInt8](copying: bytes.span.extracting(range)) == Array(bytes[range]))
        }
    }
}
