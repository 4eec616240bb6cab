// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Disclosures
internal import Ledger
internal import LedgerFiles
internal import LogFormat
internal import LogReading
internal import Merkle
internal import SignedNotes
internal import SystemPackage
internal import TestSupport

extension DrillTarget {
    /// Logs that are sound in themselves but not the one that was seen, and one that does not say everything.
    func rewindHistory(_ table: inout DrillTable) throws {
        try cutToCheckpoint(&table)
        let older = try LogSnapshot(directory: log.folder.appending(DrilledLog.older)).size.count
        try look(
            at: DrilledLog.older,
            expecting: Self.rewound("an older copy restored", .record(older)), &table)
        // It continues as another history, under the right key, until it is longer than what was seen.
        try log.write(Int(size - older) + 100, to: DrilledLog.older)
        try look(
            at: DrilledLog.older,
            expecting: Self.rewound("a fork signed with the right key", .noRecord, "forked"), &table
        )
        try dropRecord(&table)
    }

    private static func rewound(
        _ kind: String, _ place: Expectation.Place, _ code: String = "older_than_remembered"
    ) -> Expectation {
        Expectation(
            kind: kind, code: code, file: LogLayout.checkpoint, place: place, exitCode: 12)
    }

    /// An auditor who remembers nothing finds nothing, which is why auditors should remember.
    private func look(
        at name: String, expecting expected: Expectation, _ table: inout DrillTable
    ) throws {
        let blind = try auditor.verify(name, key: log.key)
        guard blind.exitCode == 0 else {
            throw DrillFault("\(expected.kind): not sound in itself, \(blind.findings)")
        }
        table.show(
            expected, try auditor.verify(name, key: log.key, state: DrilledLog.seen))
    }

    private func cutToCheckpoint(_ table: inout DrillTable) throws {
        let notes = CheckpointJournal.scan(
            try DamagedDirectory(log.directory).bytes(LogLayout.checkpointJournal)
        ).notes
        let kept = Array(notes[..<(notes.count * 4 / 5)])
        guard let note = kept.last else { throw DrillFault("no earlier checkpoint") }
        let cut = try UnverifiedCheckpoint(Array(note)).claim.size.count
        let expected = Self.rewound("cut back to an earlier checkpoint", .record(cut))
        let size = size
        let (name, key, auditor) = (DrilledLog.name, log.key, auditor)
        try drill(expected, state: DrilledLog.seen, &table) { directory in
            try Self.cut(directory, from: size, to: cut, kept)
            let blind = try auditor.verify(name, key: key)
            guard blind.exitCode == 0 else {
                throw DrillFault("cut back: not sound in itself, \(blind.findings)")
            }
        }
    }

    /// Restores all files as they were when the last of these checkpoints was published.
    private static func cut(
        _ directory: DamagedDirectory, from size: UInt64, to cut: UInt64,
        _ notes: [ArraySlice<UInt8>]
    ) throws {
        let last = SegmentNumber(of: LeafIndex(cut - 1))
        for first in stride(
            from: last.fullSize.count, to: size, by: Int(LogLayout.segmentEntries))
        {
            let gone = SegmentNumber(of: LeafIndex(first))
            for name in [LogLayout.entries, LogLayout.offsets, LogLayout.disclosures] {
                try directory.setAside(name(gone))
            }
        }
        if cut < last.fullSize.count {
            try cutSegment(directory, last, keeping: Int(cut - last.firstIndex.value))
        }
        for level in (0..<8).compactMap(TileLevel.init) {
            let count = Int(level.hashCount(in: TreeSize(cut))) * Hash256.byteCount
            let name = LogLayout.tree(level: level.value)
            guard count > 0 else {
                try directory.setAside(name)
                continue
            }
            try directory.edit(name) { $0.removeSubrange(count...) }
        }
        var journal: [UInt8] = []
        for note in notes { CheckpointJournal.append(note, to: &journal) }
        try directory.replace(LogLayout.checkpointJournal, with: journal)
        try directory.replace(LogLayout.checkpoint, with: Array(notes[notes.count - 1]))
    }

    private static func cutSegment(
        _ directory: DamagedDirectory, _ segment: SegmentNumber, keeping count: Int
    ) throws {
        var entries = try Entries(try directory.bytes(LogLayout.entries(segment)))
        // A group's blocks follow those of the groups before it.
        for place in entries.all[count...].indices {
            let commitments = Set(try entries.record(place).commitments.values)
            guard !commitments.isEmpty else { continue }
            try directory.edit(LogLayout.disclosures(segment)) { bytes in
                let block = DisclosureBlock.scan(bytes).blocks.first {
                    !commitments.isDisjoint(with: $0.commitments)
                }
                guard let block else { throw DrillFault("no block of record \(place)") }
                bytes.removeSubrange(block.range.lowerBound...)
            }
            break
        }
        entries.all.removeSubrange(count...)
        try directory.replace(LogLayout.entries(segment), with: entries.bytes)
        try directory.edit(LogLayout.offsets(segment)) { $0.removeSubrange((4 * count)...) }
    }

    /// A record is lost between the proxy and its log, and so is the record that would admit it.
    private func dropRecord(_ table: inout DrillTable) throws {
        let tag = "lost-on-the-way"
        let files = try FileStorage(
            directory: log.directory, state: log.folder.appending(DrilledLog.name + "-state"),
            key: nil)
        let ledger = try log.open(DroppingStorage(files, dropping: [tag, "audit.gap"]))
        func write(_ tags: [String]) throws -> RecordFate {
            try ledger.appendAndWait(
                log.fixture.record(for: ledger, dataTags: tags), tally: .allowed)
        }
        guard case .recorded = try write([]), case .rejected = try write([tag]) else {
            throw DrillFault("the wrong records were dropped")
        }
        // Whatever shares a group with the gap record is dropped with it.
        var fate = try write([])
        for _ in 0..<5 {
            if case .recorded = fate { break }
            fate = try write([])
        }
        guard case .recorded(let next) = fate else {
            throw DrillFault("the wrong records were dropped")
        }
        if let poisoned = ledger.close() { throw poisoned }
        table.show(
            Expectation(
                kind: "a record dropped before the log", code: "sequence_gap",
                file: "producer \(log.fixture.options.producer)",
                place: .record(next.index.value), exitCode: 11),
            try auditor.verify(DrilledLog.name, key: log.key, state: DrilledLog.seen))
    }
}
