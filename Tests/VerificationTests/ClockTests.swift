// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import LogFormat
import TestSupport
import Testing
import Verification

@Suite struct `A clock that is set back` {
    private static let hour: Int64 = 3_600_000_000

    /// Injected through the ledger's clock: within a run, between runs, by more than a sealing period, to before 1970.
    @Test(arguments: [
        [0, -1], [0, -1, -1, 2], [0, -24 * 400, -24 * 800, 24 * 40], [0, -498_700, 1],
    ])
    func `leaves a log in order, which says what the clock said`(hours: [Int64]) async throws {
        let log = try LedgerLog(2)
        let start = log.fixture.clock.now.microseconds
        var said: [String] = []
        for hours in hours {
            log.fixture.clock.set(UTCInstant(microseconds: start + hours * Self.hour))
            // In the middle of a run, too.
            let ledger = try log.fixture.open(log.storage)
            try LedgerLog.append(2, to: ledger, log.fixture)
            log.fixture.clock.set(UTCInstant(microseconds: start + (hours - 2) * Self.hour))
            try LedgerLog.append(2, to: ledger, log.fixture)
            #expect(ledger.close() == nil)
            said.append(UTCInstant(microseconds: start + (hours - 2) * Self.hour).rfc3339)
        }
        let directory = try TestDirectory(log.storage)
        let report = try await verify(directory, [log.key])
        #expect(report.findings == [])
        #expect(report.disclosures.matching == 2 * (2 + 4 * hours.count))
        let records = try log.storage.records()
        let sequenced = try records.map {
            try #require(
                $0.value[path: "written", "time"]?.string.flatMap { UTCInstant(rfc3339: $0) })
        }
        #expect(zip(sequenced, sequenced.dropFirst()).allSatisfy { $0 <= $1 })
        let times = Set(records.compactMap { $0.value["time"]?.string })
        for instant in said { #expect(times.contains(instant), "\(instant)") }
    }
}

extension MemoryStorage {
    /// The records of the first segment.
    fileprivate func records() throws -> [Record] {
        let bytes = files[.entries(SegmentNumber(0))] ?? []
        return try EntryFraming.scan(bytes.span).leaves.map { try Record(leaf: Array(bytes[$0])) }
    }
}
