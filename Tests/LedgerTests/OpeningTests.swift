// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import LogFormat
import Merkle
import SignedNotes
import TestSupport
import Testing

@Suite struct `Opening a log` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    /// A closed log with some accesses.
    private func log(_ accesses: Int, in storage: MemoryStorage = MemoryStorage()) throws
        -> MemoryStorage
    {
        let ledger = try fixture.open(storage)
        for _ in 0..<accesses {
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        }
        #expect(ledger.close() == nil)
        return storage
    }

    private func fault(opening storage: MemoryStorage, with fixture: LedgerFixture? = nil)
        -> OpenFault?
    {
        #expect(throws: OpenFault.self) { _ = try (fixture ?? self.fixture).open(storage) }
    }

    @Test func `refuses a rewritten log, even one that is signed with the right key`() throws {
        let seen = try log(3)
        let rewritten = try log(5)
        rewritten.tamper(.state) { $0 = seen.files[.state] ?? [] }
        let fault = fault(opening: rewritten)
        #expect(fault?.code == .forked)
        #expect(fault?.description.hasSuffix(".") == true)
    }

    @Test func `refuses a log that another key has signed`() throws {
        let storage = try log(2)
        #expect(fault(opening: storage, with: try LedgerFixture())?.code == .untrustedCheckpoint)
    }

    @Test func `refuses a log whose data is gone while its state file remembers it`() throws {
        let storage = try log(2)
        for file in storage.files.keys where file != .state { storage.remove(file) }
        #expect(fault(opening: storage)?.code == .rolledBack)
    }

    @Test func `gives an access without an outcome the outcome unknown`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let draft = fixture.record(for: ledger, stage: .started)
        _ = try ledger.appendAndWait(draft, tally: .allowed)
        // The process ends here: nothing is closed.
        let left = storage.crash(keeping: .syncedOnly)
        _ = ledger.close()

        let reopened = try fixture.open(left)
        #expect(reopened.close() == nil)
        let records = try left.leaves().map { try Record(leaf: $0) }.filter { $0.uid == draft.uid }
        #expect(records.map(\.stage) == [.started, .unknown])
        let start = try #require(
            try left.leaves().map { try Record(leaf: $0) }
                .last { $0.event("action")?.string == "log.start" })
        #expect(start.value[path: "recovery", "unknown_outcomes"]?.integer == 1)
        // From the last record of the boot that was cut off, accesses may be missing that are not recorded ahead.
        let last = try left.leaves().map { try Record(leaf: $0) }.last { $0.boot == ledger.boot }
        #expect(last?.logTime != nil)
        #expect(
            start.value[path: "recovery", "silent_since"]?.string == last?.logTime?.rfc3339)
        // Once is enough: the next start finds nothing to do.
        let again = try fixture.open(left)
        #expect(again.close() == nil)
        let all = try left.leaves().map { try Record(leaf: $0) }.filter { $0.uid == draft.uid }
        #expect(all.count == 2)
        let orderly = try left.leaves().map { try Record(leaf: $0) }.last {
            $0.action == "log.start"
        }
        #expect(orderly?.value[path: "recovery", "clean"] == .bool(true))
        #expect(orderly?.value[path: "recovery", "silent_since"] == nil)
    }

    @Test(arguments: [false, true])
    func `gives that outcome after a stop in order, too, where the access's own was lost`(
        isRefused: Bool
    ) throws {
        var fixture = fixture
        fixture.options.mostWaitingBytes = 4000
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let draft = fixture.record(for: ledger, stage: .started)
        _ = try ledger.appendAndWait(draft, tally: .uncounted)
        let outcome = fixture.record(for: ledger, dataTags: isRefused ? Self.tags : [])
        if isRefused {
            let port = ledger.addPort(NobodysPort())
            #expect(throws: AppendRefusal.backlog) {
                try ledger.append(outcome, tally: .allowed, port: port, ticket: 0)
            }
        } else {
            storage.inject { _, operation, _ in
                operation == .reserve ? .init(.noSpace, effect: .nothing) : nil
            }
            guard case .rejected = try ledger.appendAndWait(outcome, tally: .allowed) else {
                Issue.record("not rejected")
                return
            }
            storage.inject(nil)
        }
        #expect(ledger.close() == nil)
        let stop = try #require(try storage.leaves().last.map { try Record(leaf: $0) })
        #expect(stop.event("action")?.string == "log.stop")
        #expect(stop.event("reason")?.string == "outcomes_lost")

        for _ in 0..<2 {
            let reopened = try fixture.open(storage)
            #expect(reopened.close() == nil)
            let records = try storage.leaves().map { try Record(leaf: $0) }
            #expect(records.filter { $0.uid == draft.uid }.map(\.stage) == [.started, .unknown])
        }
    }

    private static let tags = (0..<64).map { "\($0)" + String(repeating: "t", count: 60) }

    private final class NobodysPort: ReplyPort {
        func settle(_ settlements: [Settlement]) {}
    }

    @Test func `gives that outcome though the next starts, too, are cut short, wherever`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let drafts = (0..<3).map { _ in fixture.record(for: ledger, stage: .started) }
        for draft in drafts { _ = try ledger.appendAndWait(draft, tally: .allowed) }
        let left = storage.crash(keeping: .syncedOnly)
        _ = ledger.close()

        // Each start is cut short a sync later than the one before it, until one is whole.
        var disk = left
        var starts = 0
        var isWhole = false
        while !isWhole, starts < 1000 {
            let last = disk.operations.count + starts
            disk.inject { number, _, _ in
                number < last ? nil : .init(.system(5), effect: .nothing)
            }
            let opened = Result { try fixture.open(disk) }
            let next = disk.crash(keeping: .everything)
            if case .success(let ledger) = opened {
                isWhole = ledger.close() == nil
            }
            disk = isWhole ? disk : next
            starts += 1
        }
        try #require(isWhole)
        let records = try disk.leaves().map { try Record(leaf: $0) }
        for draft in drafts {
            #expect(
                records.filter { $0.uid == draft.uid }.map(\.stage) == [.started, .unknown],
                "after \(starts) starts")
        }
        #expect(records.count { $0.event("action")?.string == "log.start" } > 4)
    }

    @Test func `ImmutableOnceWritten: later records change no byte of earlier ones`() throws {
        let storage = try log(5)
        let files = storage.files
        _ = try log(300, in: storage)
        for file in [
            LogFile.entries(SegmentNumber(0)), .disclosures(SegmentNumber(0)),
            .checkpointJournal, .tree(level: 0),
        ] {
            let before = try #require(files[file])
            #expect(!before.isEmpty)
            #expect(storage.files[file]?.prefix(before.count).elementsEqual(before) == true)
        }
    }

    @Test func `SizeNeverShrinks: every checkpoint that was published is larger than the last`()
        throws
    {
        let storage = MemoryStorage()
        for _ in 0..<4 { _ = try log(3, in: storage) }
        let (notes, _) = CheckpointJournal.scan(storage.files[.checkpointJournal] ?? [])
        let sizes = try notes.map { try UnverifiedCheckpoint(Array($0)).claim.size }
        #expect(sizes.count >= 4)
        #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `EveryGroupSigned: no frame of the commit journal lacks its checkpoint`() throws {
        let storage = try log(20)
        let frames = CommitFrame.newestRun(
            storage.files[.commits(0)] ?? [], storage.files[.commits(1)] ?? [])
        let trust = try #require(TrustPolicy(logKeys: [fixture.signer.verifierKey]))
        #expect(!frames.isEmpty)
        for frame in frames {
            let verdict = try UnverifiedCheckpoint(Array(frame.checkpoint)).verify(with: trust)
            guard case .verified(let checkpoint) = verdict else {
                Issue.record("frame \(frame.header.number) is not signed")
                continue
            }
            #expect(checkpoint.size.count > frame.header.firstIndex.value)
        }
    }

    @Test func `leaves nothing running where the start cannot be recorded`() throws {
        let storage = try log(2)
        let entries = storage.files[.entries(SegmentNumber(0))]
        storage.inject { _, operation, _ in
            operation == .reserve ? .init(.noSpace, effect: .nothing) : nil
        }
        #expect(fault(opening: storage)?.code == .storage)
        storage.inject(nil)
        #expect(storage.files[.entries(SegmentNumber(0))] == entries)
        // The next start continues as if there had been no other.
        let ledger = try fixture.open(storage)
        #expect(ledger.close() == nil)
    }
}
