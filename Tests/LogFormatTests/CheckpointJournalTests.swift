// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import Testing

@Suite("The journal of checkpoints")
struct CheckpointJournalTests {
    private func journal(_ lengths: [Int]) -> [UInt8] {
        var journal: [UInt8] = []
        for (place, length) in lengths.enumerated() {
            CheckpointJournal.append(
                [UInt8](repeating: UInt8(place + 1), count: length), to: &journal)
        }
        return journal
    }

    @Test("Notes come back in order, of any length that the journal can say")
    func roundTrip() {
        let lengths = [1, 255, 256, 257, 65_535, 2]
        let journal = journal(lengths)
        let (notes, length) = CheckpointJournal.scan(journal)
        #expect(length == journal.count)
        #expect(notes.map(\.count) == lengths)
        for (place, note) in notes.enumerated() {
            #expect(note.allSatisfy { $0 == UInt8(place + 1) })
        }
        #expect(journal[2 + 1] == 0 && journal[2 + 2] == 255)
    }

    @Test("An empty journal has no notes")
    func empty() {
        let (notes, length) = CheckpointJournal.scan([])
        #expect(notes.isEmpty && length == 0)
    }

    @Test("A torn last write is left out, wherever it was cut")
    func torn() {
        let whole = journal([40, 300])
        let last = journal([40, 300, 260])
        for length in whole.count..<last.count {
            let (notes, end) = CheckpointJournal.scan(Array(last.prefix(length)))
            #expect(notes.map(\.count) == [40, 300], "\(length)")
            #expect(end == whole.count, "\(length)")
        }
    }

    @Test("Room that was allocated and never written ends the journal")
    func room() {
        let whole = journal([40, 300])
        for zeros in [1, 2, 3, 4096] {
            let (notes, end) = CheckpointJournal.scan(whole + [UInt8](repeating: 0, count: zeros))
            #expect(notes.count == 2 && end == whole.count)
        }
    }
}
