// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import Testing

@Suite("The slots of the state file")
struct StateSlotsTests {
    private func slot(_ text: String) throws -> [UInt8] {
        try #require(StateSlots.slot(for: Array(text.utf8)))
    }

    private func texts(_ file: [UInt8]) -> [String] {
        StateSlots.notes(in: file).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("A note fills its slot with zero bytes; a longer one than a slot has none")
    func lengths() throws {
        for count in [1, 255, 256, 257, 4095, 4096] {
            let slot = try #require(StateSlots.slot(for: [UInt8](repeating: 7, count: count)))
            #expect(slot.count == 4096)
            #expect(slot.prefix(count).allSatisfy { $0 == 7 })
            #expect(slot.dropFirst(count).allSatisfy { $0 == 0 })
            #expect(StateSlots.notes(in: slot) == [[UInt8](repeating: 7, count: count)])
        }
        #expect(StateSlots.slot(for: [UInt8](repeating: 7, count: 4097)) == nil)
    }

    @Test("Both slots are read, the first first; which is newer is for the reader to say")
    func both() throws {
        let (one, two) = (try slot("one"), try slot("two"))
        let empty = [UInt8](repeating: 0, count: StateSlots.slotLength)
        #expect(texts(one + two) == ["one", "two"])
        #expect(texts(two + one) == ["two", "one"])
        #expect(texts(one + empty) == ["one"])
        #expect(texts(empty + two) == ["two"])
        #expect(texts(empty + empty) == [])
        #expect(texts([]) == [])
    }

    @Test("A file that is cut off still shows what is whole, and more of it nothing")
    func cut() throws {
        let file = try slot("one") + slot("two")
        #expect(texts(Array(file.prefix(4096))) == ["one"])
        #expect(texts(Array(file.prefix(4098))) == ["one", "tw"])
        #expect(texts(file + (try slot("three"))) == ["one", "two"])
    }
}
