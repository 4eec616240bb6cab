// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import TestSupport
import Testing

@Suite struct `Heartbeats` {
    @Test func `count the accesses there are records of, and name clock and last number`() throws {
        var fixture = try LedgerFixture()
        // Always due: one follows every group.
        fixture.options.heartbeatEvery = .zero
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        for _ in 0..<5 {
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        }
        #expect(ledger.close() == nil)
        let records = try storage.leaves().map { try Record(leaf: $0) }
        let heartbeats = records.filter { $0.event("action")?.string == "audit.heartbeat" }
        #expect(!heartbeats.isEmpty)
        for heartbeat in heartbeats {
            let counters = try #require(heartbeat.value["counters"])
            let through = try #require(counters["through_seq"]?.integer)
            let counted = records.filter {
                $0.action == EventAction.httpRequest.rawValue
                    && ($0.value[path: "producer", "seq"]?.integer ?? .max) <= through
            }
            #expect(counters["allowed"]?.integer == Int64(counted.count))
            #expect(heartbeat.value[path: "clock", "source"]?.string == "test")
        }
    }
}
