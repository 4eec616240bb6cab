// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPWire

/// Bytes that stand at the edges of the classes, and some of everything.
private let edges: [UInt8] = [
    0x00, 0x08, 0x09, 0x0A, 0x0B, 0x0D, 0x1F, 0x20, 0x21, 0x2C, 0x2D, 0x2E, 0x2F, 0x30, 0x39, 0x3A,
    0x40, 0x41, 0x5A, 0x5B, 0x5F, 0x60, 0x61, 0x7A, 0x7B, 0x7E, 0x7F, 0x80, 0x8D, 0xAD, 0xC1, 0xFF,
]

@Suite struct `Reading eight bytes at a time` {
    @Test func `finds what reading one finds, whatever stands before and behind`() {
        var random = SplitMix(state: 8)
        for _ in 0..<20_000 {
            var bytes = [UInt8]()
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                // Mostly harmless ones, so that long runs of them occur.
                let isEdge = Int.random(in: 0..<12, using: &random) == 0
                bytes.append(
                    isEdge
                        ? edges[Int.random(in: 0..<edges.count, using: &random)]
                        : UInt8.random(in: 0x61...0x7A, using: &random))
            }
            let start = Int.random(in: 0...bytes.count, using: &random)
            let range = start..<Int.random(in: start...bytes.count, using: &random)
            let feed = bytes.span.lineFeed(from: start)
            #expect(feed == bytes[start...].firstIndex(of: 0x0A))
            let end = bytes.span.plainNameEnd(in: range)
            #expect(
                end == range.first { !ByteSet.plainName.contains(bytes[$0]) } ?? range.upperBound)
            let forbidden = bytes.span.firstForbidden(in: range)
            #expect(
                forbidden
                    == range.first { bytes[$0] == 0x7F || bytes[$0] < 0x20 && bytes[$0] != 0x09 })
            let unprintable = bytes.span.firstUnprintable(in: range)
            #expect(unprintable == range.first { !(0x20...0x7E).contains(bytes[$0]) })
        }
    }

    @Test(arguments: 0...255) func `tells every byte of a name from every other`(_ byte: Int) {
        let value = UInt8(byte)
        let isPlain = ByteSet.plainName.contains(value)
        for place in 0..<8 {
            var bytes = [UInt8](repeating: 0x61, count: 9)
            bytes[place] = value
            let end = bytes.span.plainNameEnd(in: 0..<9)
            #expect(end == (isPlain ? 9 : place))
        }
    }

    @Test(arguments: KnownField.allCases.filter { !$0.name.description.isEmpty })
    func `knows a name in any case, with anything behind it`(_ field: KnownField) {
        let name = Array(field.name.description.utf8)
        for spelling in [name, Array(field.name.description.uppercased().utf8)] {
            for behind in [[], Array(":".utf8), Array(": x\r\n".utf8), Array("-zzzzzzzzzzz".utf8)] {
                let bytes = [0x2D, 0x2D, 0x2D] + spelling + behind
                let found = KnownFieldTable.shared.field(
                    bytes.span, 3..<3 + spelling.count)
                #expect(found == field)
            }
        }
        guard !field.isFamily else { return }
        for place in name.indices {
            var bytes = name
            bytes[place] = 0x7E
            let found = KnownFieldTable.shared.field(bytes.span, 0..<bytes.count)
            #expect(found == .other || found.isFamily)
        }
    }
}
