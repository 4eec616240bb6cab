// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Testing

@Suite struct `Times in a real log` {
    @Test func `are of the microsecond, and uids hold them and come in order`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            var uids: [String] = []
            for _ in 0..<12 {
                uids.append(try #require(try server.exchange(site.request()).record))
            }
            #expect(uids == uids.sorted())
            #expect(try server.stop().status == 0)
            let records = try site.leaves().map { try Record(leaf: Array($0.utf8)) }
            let times = try records.map { try #require($0.time) }
            let logged = try records.map { try #require($0.logTime) }
            for instants in [times, logged] {
                let fractions = Set(instants.map { $0.microseconds % 1_000_000 })
                // Groups share a time in the log; the start's records are one group each.
                #expect(fractions.count > 6, "\(instants.map(\.rfc3339))")
                #expect(instants.contains { $0.microseconds % 1000 != 0 })
            }
            for record in records {
                let (uid, time) = (try #require(record.uid), try #require(record.time))
                let logTime = try #require(record.logTime)
                // One microsecond can be given to several ids, which then run ahead of it.
                #expect(abs(Int64(uid.high >> 16) - time.microseconds / 1000) <= 1)
                #expect(logTime >= time, "sequenced before it was accepted")
            }
        }
    }
}
