// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import Observability
import TestSupport
import Testing

@Suite struct `What the ledger measures` {
    /// Nobody waits here for what becomes of records.
    private final class DeafPort: ReplyPort {
        func settle(_ settlements: [Settlement]) {}
    }

    private func value(_ sample: String, of ledger: Ledger) -> Double? {
        MetricsPage.text(of: ledger.metrics, as: .prometheus).split(separator: "\n")
            .first { $0.hasPrefix(sample + " ") }
            .flatMap { Double($0.dropFirst(sample.count + 1)) }
    }

    @Test func `is how many records went together, each sync, and what waits`() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.openWithoutThreads(MemoryStorage())
        let port = ledger.addPort(DeafPort())
        let groups = try #require(value("countersign_ledger_group_records_count", of: ledger))
        let size = try #require(value("countersign_ledger_size", of: ledger))
        let publications = try #require(
            value("countersign_ledger_publish_seconds_count", of: ledger))
        for ticket: UInt64 in 1...20 {
            try ledger.append(
                fixture.record(for: ledger), tally: .allowed, port: port, ticket: ticket)
        }
        #expect(value("countersign_ledger_queue_records", of: ledger) == 20)
        ledger.writeWaiting()
        ledger.publishApplied()
        #expect(value("countersign_ledger_queue_records", of: ledger) == 0)
        #expect(value("countersign_ledger_size", of: ledger) == size + 20)
        #expect(value("countersign_ledger_group_records_count", of: ledger) == groups + 1)
        #expect(value("countersign_ledger_group_records_sum", of: ledger) == size + 20)
        let buckets = [16, 32].map {
            value("countersign_ledger_group_records_bucket{le=\"\($0)\"}", of: ledger)
        }
        #expect(buckets == [groups, groups + 1])
        #expect(value("countersign_ledger_sync_seconds_count", of: ledger) == groups + 1)
        #expect(
            value("countersign_ledger_publish_seconds_count", of: ledger) == publications + 1)
        #expect(value("countersign_ledger_poisoned", of: ledger) == 0)
        #expect(ledger.close() == nil)
    }

    @Test func `is a group that found no room, and a log that has stopped`() throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        storage.inject { _, operation, _ in
            operation == .reserve ? .init(.noSpace, effect: .nothing) : nil
        }
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        #expect(value("countersign_ledger_rejected_groups_total", of: ledger) == 1)
        #expect(value("countersign_ledger_poisoned", of: ledger) == 0)
        storage.inject { _, operation, _ in
            operation == .sync ? .init(.system(5), effect: .nothing) : nil
        }
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        #expect(value("countersign_ledger_poisoned", of: ledger) == 1)
        _ = ledger.close()
    }
}
