// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import LogReading
import Merkle
import SystemPackage
import TestSupport
import Testing

@Suite struct `The state of a segment` {
    private static let root = NodeHash(LeafHash(of: [1, 2, 3]))
    private static let away: [SegmentState] = [
        .archived(root: root, places: ["s3://vault/log", "/mnt/copy"]),
        .expired(root: root, record: LeafIndex(70_000)),
    ]

    private static let first = SegmentNumber(0)

    /// The log, with its first segment in a state.
    private func snapshot(
        _ log: LedgerLog, _ state: SegmentState = .present
    ) throws -> LogSnapshot {
        if let file = state.file(of: Self.first) {
            try log.directory.write(file, to: LogLayout.away(Self.first))
        }
        return try LogSnapshot(directory: log.directory.path)
    }

    @Test func `is present where nothing else is said`() throws {
        let log = try LedgerLog(3)
        for number in [0, 1, 65_535] as [UInt64] {
            #expect(try snapshot(log).state(of: SegmentNumber(number)) == .present)
        }
        // It is asked anew each time, for segments are put away while others read.
        let before = try snapshot(log)
        _ = try snapshot(log, Self.away[0])
        #expect(try before.state(of: Self.first) == Self.away[0])
        #expect(try before.state(of: SegmentNumber(1)) == .present)
    }

    @Test func `that says nothing known is no state`() throws {
        let log = try LedgerLog(3)
        try log.directory.write(Array("{}\n".utf8), to: LogLayout.away(Self.first))
        let snapshot = try snapshot(log)
        let failure = #expect(throws: LogReadFailure.self) { try snapshot.state(of: Self.first) }
        #expect(failure?.code == .badState)
        #expect(throws: LogReadFailure.self) { try snapshot.leaf(at: LeafIndex(1)) }
    }

    @Test func `that is present makes a missing file a loss`() throws {
        let log = try LedgerLog(3)
        try log.directory.forgetCommitJournal()
        try log.directory.remove(LogLayout.entries(SegmentNumber(0)))
        let failure = #expect(throws: LogReadFailure.self) {
            try snapshot(log).leaf(at: LeafIndex(1))
        }
        #expect(failure?.code == .badFraming)
        #expect(failure?.absence == nil)
    }

    @Test(arguments: away) func `that is not present is said, and its files are left alone`(
        _ state: SegmentState
    ) throws {
        let log = try LedgerLog(3)
        let first = Self.first
        // The files are there: it is the state that decides.
        let snapshot = try snapshot(log, state)
        let reads: [() throws -> Void] = [
            { _ = try snapshot.entries(of: first) },
            { _ = try snapshot.disclosures(of: first) },
            { _ = try snapshot.leaf(at: LeafIndex(1)) },
            { _ = try SegmentValues(snapshot, segment: 0) },
            { try snapshot.forEachPart { _, _ in } },
        ]
        for read in reads {
            let failure = #expect(throws: LogReadFailure.self) { try read() }
            #expect(failure?.code == .notHere)
            #expect(failure?.absence == state.absence)
            let path = log.directory.path.string
            #expect(failure?.message.hasPrefix(path) == true)
        }
    }

    @Test func `keeps its hash and says where it is`() {
        #expect(SegmentState.present.root == nil)
        #expect(SegmentState.present.absence == nil)
        for state in Self.away { #expect(state.root == Self.root) }
        #expect(
            Self.away.map { $0.absence?.text } == [
                "archived: s3://vault/log, /mnt/copy",
                "destroyed at the end of its retention: record 70000",
            ])
    }

    @Test(arguments: away) func `does not take the tree away`(_ state: SegmentState) throws {
        let log = try LedgerLog(300)
        let whole = try snapshot(log)
        let hashes = try (0..<256).map { NodeHash(LeafHash(of: try whole.leaf(at: LeafIndex($0)))) }
        let rows = try SnapshotRows(try settled(log, state))
        #expect(try rows.hashes(level: TileLevel.leaves, first: 0, count: 256) == hashes)
    }

    /// The same with all hashes in the files of the tree, and none in the commit journal alone.
    private func settled(
        _ log: LedgerLog, _ state: SegmentState
    ) throws -> LogSnapshot {
        try log.directory.forgetCommitJournal()
        return try snapshot(log, state)
    }
}
