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

@Suite struct `A ledger` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    @Test func `records its start as the first record of a new log`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        #expect(ledger.status.size == TreeSize(1))
        #expect(ledger.close() == nil)
        let leaves = try storage.leaves()
        let start = try Record(leaf: leaves[0])
        #expect(start.event("action")?.string == "log.start")
        #expect(start.value["previous"] == nil)
        #expect(try Record(leaf: leaves[leaves.count - 1]).event("action")?.string == "log.stop")
    }

    @Test func `acknowledges a record only when a signed checkpoint covers it on stable storage`()
        throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        for _ in 0..<20 {
            let draft = fixture.record(for: ledger)
            guard case .recorded(let receipt) = try ledger.appendAndWait(draft, tally: .allowed)
            else {
                Issue.record("not recorded")
                return
            }
            // DurableBeforeAcknowledged: what a power cut leaves holds the record and its checkpoint.
            let left = storage.crash(keeping: .syncedOnly)
            let reopened = try fixture.open(left)
            #expect(reopened.status.size.count > receipt.index.value)
            #expect(reopened.close() == nil)
            let leaf = try left.leaves()[Int(receipt.index.value)]
            #expect(try Record(leaf: leaf).uid == draft.uid)
        }
        #expect(ledger.close() == nil)
    }

    @Test func `goes on where it stopped and names the boot before`() throws {
        let storage = MemoryStorage()
        let first = try fixture.open(storage)
        _ = try first.appendAndWait(fixture.record(for: first), tally: .allowed)
        #expect(first.close() == nil)
        let size = first.status.size

        let second = try fixture.open(storage)
        #expect(second.status.size == TreeSize(size.count + 1))
        #expect(second.close() == nil)
        let start = try Record(leaf: storage.leaves()[Int(size.count)])
        #expect(start.value[path: "previous", "boot"]?.string == first.boot.text)
        #expect(
            start.value[path: "previous", "last_seq"]?.integer == Int64(size.count))
    }

    @Test func `chains every record to the one before`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        for _ in 0..<300 {
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        }
        #expect(ledger.close() == nil)
        var previous = Hash256.zero
        for (index, leaf) in try storage.leaves().enumerated() {
            let record = try Record(leaf: leaf)
            #expect(record.value[path: "written", "prev"]?.string == Base64.encode(previous.bytes))
            #expect(record.value[path: "written", "index"]?.integer == Int64(index))
            #expect(record.faults.isEmpty)
            previous = LeafHash(of: leaf).hash
        }
    }

    @Test func `survives a crash at every operation without losing an acknowledged record`() throws
    {
        // One run without faults tells how many operations there are.
        let whole = MemoryStorage()
        let run = try fixture.open(whole)
        let opened = whole.operations.count
        for _ in 0..<3 { _ = try run.appendAndWait(fixture.record(for: run), tally: .allowed) }
        #expect(run.close() == nil)
        let total = whole.operations.count
        #expect(total > opened + 10)

        for survival in [MemoryStorage.Survival.everything, .syncedOnly] {
            for crashAt in opened..<total {
                let storage = MemoryStorage()
                let ledger = try fixture.open(storage)
                storage.inject { number, _, _ in
                    number >= crashAt ? .init(.system(5), effect: .nothing) : nil
                }
                var acknowledged: [UniqueID] = []
                for _ in 0..<3 {
                    let draft = fixture.record(for: ledger)
                    let outcome = Result { try ledger.appendAndWait(draft, tally: .allowed) }
                    if case .success(.recorded) = outcome { acknowledged.append(draft.uid) }
                }
                _ = ledger.close()
                let left = storage.crash(keeping: survival)
                let reopened = try fixture.open(left)
                #expect(reopened.close() == nil)
                let uids = try left.leaves().map { try Record(leaf: $0).uid }
                for uid in acknowledged {
                    #expect(uids.contains(uid), "lost at operation \(crashAt)")
                }
            }
        }
    }

    @Test func `a torn commit frame is discarded whole`() throws {
        for length in [0, 1, 87, 88, 89, 500] {
            let storage = MemoryStorage()
            let ledger = try fixture.open(storage)
            let size = ledger.status.size
            storage.inject { _, operation, file in
                guard operation == .write, case .commits = file else { return nil }
                return .init(.system(5), effect: .firstBytes(length))
            }
            let outcome = try ledger.appendAndWait(
                fixture.record(for: ledger), tally: .allowed)
            guard case .poisoned = outcome else {
                Issue.record("a failed write was answered as \(outcome)")
                return
            }
            #expect(ledger.close() != nil)
            let left = storage.crash(keeping: .everything)
            let reopened = try fixture.open(left)
            // The start of the new boot is the only record more.
            #expect(reopened.status.size == TreeSize(size.count + 1))
            #expect(reopened.close() == nil)
        }
    }

    @Test func `a failed sync poisons for good`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        storage.inject { _, operation, file in
            guard operation == .sync, case .commits = file else { return nil }
            return .init(.system(5), effect: .everything)
        }
        guard
            case .poisoned = try ledger.appendAndWait(
                fixture.record(for: ledger), tally: .allowed)
        else {
            Issue.record("PoisonedStaysPoisoned: not poisoned")
            return
        }
        storage.inject(nil)
        #expect(throws: AppendRefusal.self) {
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        }
        #expect(throws: AppendRefusal.self) { _ = try ledger.permit() }
        #expect(ledger.close() != nil)
    }

    @Test func `a full disk rejects the group, and the gap is recorded once there is room`() throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        storage.inject { _, operation, _ in
            operation == .reserve ? .init(.noSpace, effect: .nothing) : nil
        }
        guard
            case .rejected(let rejected) = try ledger.appendAndWait(
                fixture.record(for: ledger), tally: .allowed)
        else {
            Issue.record("not rejected")
            return
        }
        #expect(rejected.cause.cause == .noSpace)
        storage.inject(nil)
        guard
            case .recorded = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        else {
            Issue.record("the log did not go on")
            return
        }
        #expect(ledger.close() == nil)
        let records = try storage.leaves().map { try Record(leaf: $0) }
        let gaps = records.filter { $0.event("action")?.string == "audit.gap" }
        // GapsAreRecorded: the lost sequence numbers are named, whichever heartbeats came in between.
        #expect(gaps.count == 1)
        let first = try #require(gaps.first?.value[path: "gap", "first_seq"]?.integer)
        let last = try #require(gaps.first?.value[path: "gap", "last_seq"]?.integer)
        let kept = records.compactMap { $0.value[path: "written", "seq"]?.integer }
        #expect((kept + Array(first...last)).sorted() == Array(1...(kept.max() ?? 0)))
    }

    @Test func `GapsAreRecorded: a gap is named however often its own record is rejected`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        storage.inject { _, operation, _ in
            operation == .reserve ? .init(.noSpace, effect: .nothing) : nil
        }
        for _ in 0..<3 {
            guard
                case .rejected = try ledger.appendAndWait(
                    fixture.record(for: ledger), tally: .allowed)
            else {
                Issue.record("not rejected")
                return
            }
        }
        // The full disk is not made busy with records of what it could not take.
        #expect(ledger.status.tallies.throughSequence == 4)
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        storage.inject(nil)
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        #expect(ledger.close() == nil)
        var present: Set<Int64> = []
        for leaf in try storage.leaves() {
            let record = try Record(leaf: leaf)
            if let own = record.value[path: "written", "seq"]?.integer { present.insert(own) }
            guard let first = record.value[path: "gap", "first_seq"]?.integer,
                let last = record.value[path: "gap", "last_seq"]?.integer
            else { continue }
            present.formUnion(first...last)
        }
        let last = Int64(ledger.status.tallies.throughSequence)
        #expect(present == Set(1...last))
    }

    @Test func `refuses data that is older than the remembered checkpoint`() throws {
        let storage = MemoryStorage()
        let first = try fixture.open(storage)
        #expect(first.close() == nil)
        let older = storage.crash(keeping: .everything)
        let second = try fixture.open(storage)
        #expect(second.close() == nil)
        older.tamper(.state) { $0 = storage.files[.state] ?? [] }
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.open(older) }
        #expect(fault?.code == .rolledBack)
    }

    @Test func `refuses a log in which a byte was changed, and leaves the evidence as it is`()
        throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        #expect(ledger.close() == nil)
        storage.tamper(.entries(SegmentNumber(0))) { $0[200] ^= 1 }
        let before = storage.files
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.open(storage) }
        #expect(fault?.code == .damaged)
        #expect(storage.files == before)
    }

    @Test func `makes derived files anew when they are gone`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        for _ in 0..<300 {
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        }
        #expect(ledger.close() == nil)
        let before = storage.files
        let size = ledger.status.size.count
        for file in [LogFile.tree(level: 0), .tree(level: 1), .offsets(SegmentNumber(0))] {
            storage.remove(file)
        }
        let reopened = try fixture.open(storage)
        #expect(reopened.status.size.count == size + 1)
        #expect(reopened.close() == nil)
        for file in [LogFile.tree(level: 0), .tree(level: 1), .offsets(SegmentNumber(0))] {
            let bytes = before[file] ?? []
            #expect(storage.files[file]?.prefix(bytes.count).elementsEqual(bytes) == true)
        }
    }

    @Test func `keeps its time when the clock goes back`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        fixture.clock.set(UTCInstant(microseconds: 1_000_000))
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        #expect(ledger.close() == nil)
        var last = ""
        for leaf in try storage.leaves() {
            let time = try #require(try Record(leaf: leaf).value[path: "written", "time"]?.string)
            #expect(time >= last)
            last = time
        }
    }

    @Test func `refuses a record that no entry can hold`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let size = ledger.status.size
        let draft = fixture.record(
            for: ledger,
            dataTags: (0..<64).map { "\($0)" + String(repeating: "t", count: 2000) })
        #expect(throws: AppendRefusal.tooLarge) {
            _ = try ledger.appendAndWait(draft, tally: .uncounted)
        }
        #expect(ledger.status.size == size)
        #expect(ledger.close() == nil)
    }
}

extension MemoryStorage {
    /// All leaves of the first segment, also those that only the commit journal has.
    func leaves() throws -> [[UInt8]] {
        let bytes = firstEntries
        var leaves: [[UInt8]] = []
        var at = 0
        while let length = BigEndian.read(UInt16.self, from: bytes, at: at) {
            leaves.append(Array(bytes[(at + 2)..<(at + 2 + Int(length))]))
            at += 2 + Int(length)
        }
        return leaves
    }
}

extension AppendRefusal {
    static func ~= (pattern: AppendRefusal, value: any Error) -> Bool {
        value as? AppendRefusal == pattern
    }
}
