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
                    && ($0.value[path: "written", "seq"]?.integer ?? .max) <= through
            }
            #expect(counters["allowed"]?.integer == Int64(counted.count))
            #expect(heartbeat.value[path: "clock", "source"]?.string == "test")
        }
    }

    @Test func `come before their time once there are many records`() throws {
        var fixture = try LedgerFixture()
        fixture.options.heartbeatEvery = .seconds(3600)
        fixture.options.heartbeatRecords = 20
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        // The housekeeper has a thread of its own: when it comes to it is the machine's affair.
        let isHeartbeat = { (leaf: [UInt8]) in
            try Record(leaf: leaf).event("action")?.string == "audit.heartbeat"
        }
        var appended = 0
        while appended < 4_000, try !storage.leaves().suffix(3).contains(where: isHeartbeat) {
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .uncounted)
            appended += 1
        }
        // The record of the start counts.
        #expect((19..<4_000).contains(appended))
        #expect(ledger.close() == nil)
        #expect(try storage.leaves().filter(isHeartbeat).count >= 2)
    }
}
