// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import Testing

@Suite struct EntryFramingTests {
    private func framed(_ count: Int) throws -> [UInt8] {
        var buffer: [UInt8] = []
        try EntryFraming.append(to: &buffer) {
            $0.append(contentsOf: repeatElement(7, count: count))
        }
        return buffer
    }

    @Test("An entry comes back at its length", arguments: [0, 1, 255, 256, 257, 65_534, 65_535])
    func roundTrip(count: Int) throws {
        let buffer = try framed(count)
        #expect(buffer.count == count + 2)
        #expect(buffer[0] == UInt8(count >> 8) && buffer[1] == UInt8(count & 255))
        let leaf = try EntryFraming.leaf(in: buffer.span, at: 0)
        #expect(leaf == 2..<count + 2)
        let end = try EntryFraming.leaf(in: buffer.span, at: buffer.count)
        #expect(end == nil)
    }

    @Test("A leaf of 65,536 bytes is refused and leaves the buffer as it was")
    func tooLong() throws {
        var buffer: [UInt8] = [1, 2, 3]
        #expect(throws: EntryFault(kind: .tooLong, offset: 3)) {
            try EntryFraming.append(to: &buffer) {
                $0.append(contentsOf: repeatElement(7, count: 65_536))
            }
        }
        #expect(buffer == [1, 2, 3])
    }

    @Test("A torn tail is told from the entries before it")
    func torn() throws {
        let whole = try framed(0) + framed(3) + framed(1)
        let all = EntryFraming.scan(whole.span)
        #expect(all.leaves == [2..<2, 4..<7, 9..<10])
        #expect(all.fault == nil)
        for kept in 0..<whole.count {
            let (leaves, fault) = EntryFraming.scan(Array(whole[..<kept]).span)
            let ends = [2, 7].filter { $0 <= kept }
            #expect(leaves.count == ends.count)
            let end = ends.last ?? 0
            #expect(fault == (kept == end ? nil : EntryFault(kind: .torn, offset: end)))
        }
    }
}
