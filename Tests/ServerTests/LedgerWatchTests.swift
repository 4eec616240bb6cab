// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import Logging
import Server
import TestSupport
import Testing

@Suite struct `The server's log about the audit log` {
    private typealias Failures = LedgerStrain.Failures

    private static let full = StorageFault(.reserve, .commits(0), .noSpace)

    @Test func `has nothing to say while all is well`() {
        var watch = LedgerWatch(LedgerStrain(syncs: 7, slowSyncs: 2, unrecorded: 1))
        for look in 1...200 {
            let strain = LedgerStrain(syncs: 7 + UInt64(look), slowSyncs: 2, unrecorded: 1)
            #expect(watch.look(at: strain) == [])
        }
    }

    @Test func `says once what stands in the way, and when it is over`() {
        var watch = LedgerWatch(LedgerStrain())
        let first = watch.look(at: LedgerStrain(obstacle: .stalled(.seconds(5))))
        #expect(first.map(\.level) == [.error])
        #expect(first.map(\.text) == ["log is stalled; accesses wait"])
        #expect(first.first?.fields["cause"]?.hasPrefix("The disk has not answered") == true)
        for seconds in 6...20 {
            #expect(
                watch.look(at: LedgerStrain(obstacle: .stalled(.seconds(seconds)))) == [])
        }
        #expect(
            watch.look(at: LedgerStrain(obstacle: .backlog)).map(\.text)
                == ["log is overtaxed; accesses are refused"])
        let over = watch.look(at: LedgerStrain())
        #expect(over.map(\.text) == ["log takes records again"])
        #expect(over.first?.fields == ["seconds": "17"])
        // A server that stops closes its log.
        #expect(watch.look(at: LedgerStrain(obstacle: .closed)) == [])
    }

    @Test func `counts what fails, in one line a minute`() {
        var watch = LedgerWatch(LedgerStrain(rejectedGroups: Failures(count: 3)))
        var lines: [LedgerWatch.Line] = []
        // A group a second for 90 seconds, and then none.
        for look in 1...180 {
            let rejected = Failures(count: 3 + UInt64(min(look, 90)), last: Self.full)
            lines += watch.look(at: LedgerStrain(rejectedGroups: rejected))
        }
        #expect(lines.map(\.text) == Array(repeating: lines[0].text, count: 3))
        #expect(lines.map { $0.fields["groups"] } == ["1", "60", "29"])
        #expect(lines.map { $0.fields["cause"] } == Array(repeating: "\(Self.full)", count: 3))
        #expect(lines.allSatisfy { $0.level == .error })
    }

    @Test func `tells slow syncs, late checkpoints and missing records apart`() {
        var watch = LedgerWatch(LedgerStrain(syncs: 100))
        let lines = watch.look(
            at: LedgerStrain(
                publications: Failures(count: 2, last: Self.full), syncs: 140, slowSyncs: 9,
                unrecorded: 4))
        #expect(
            lines.map(\.text) == [
                "checkpoint cannot be published yet; trying again",
                "disk is slow; every access waits for it",
                "accesses went through without a record",
            ])
        #expect(lines.map(\.level) == [.warning, .warning, .error])
        #expect(lines[0].fields["times"] == "2")
        #expect(lines[1].fields == ["over 100 ms": "9", "syncs": "40"])
        #expect(lines[2].fields == ["accesses": "4"])
    }

    @Test func `is told by a real log what happens to it`() throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        func strain() -> LedgerStrain { ledger.strain(patience: .seconds(3_600)) }
        var watch = LedgerWatch(strain())
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        #expect(watch.look(at: strain()) == [])

        storage.inject { _, operation, _ in
            operation == .reserve ? .init(.noSpace, effect: .nothing) : nil
        }
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        let full = watch.look(at: strain())
        #expect(full.map(\.text) == ["records found no room; their accesses are refused"])
        #expect(full.first?.fields["cause"]?.contains("no space left") == true)

        storage.inject { _, operation, file in
            operation == .write && file == .checkpointJournal
                ? .init(.noSpace, effect: .nothing) : nil
        }
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        ledger.publishApplied()
        let late = watch.look(at: strain())
        #expect(
            late.map(\.text) == [
                "log takes records again", "checkpoint cannot be published yet; trying again",
            ])

        storage.inject { _, operation, _ in
            operation == .sync ? .init(.system(5), effect: .nothing) : nil
        }
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        let stopped = watch.look(at: strain())
        #expect(stopped.map(\.level) == [.critical])
        #expect(stopped.map(\.text) == ["log has stopped; accesses are refused"])
        #expect(stopped.first?.fields["cause"] == ledger.close()?.description)
    }
}
