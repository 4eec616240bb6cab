// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Ledger
import Merkle
import SignedNotes
import Synchronization
import TestSupport
import Testing
import Verification

@Suite struct `Verifying a whole log` {
    @Test(arguments: [0, 1, 20, 300])
    func `finds nothing wrong with what the ledger writes`(count: Int) async throws {
        let log = try LedgerLog(count)
        let report = try await verify(log.directory, [log.key])
        #expect(report.findings == [])
        #expect(report.verdict == .verified)
        // The start, a heartbeat and the stop are records too.
        #expect(report.size == TreeSize(UInt64(count) + 3))
        #expect(report.recordsRead == UInt64(count) + 3)
        #expect(report.verified?.root == report.root)
        #expect(report.starts == 1)
        // `what` differs from record to record; `where` is committed to anew by each.
        #expect(report.disclosures.matching == 2 * count)
        #expect(report.mayBeRemembered)
    }

    @Test func `calls nothing complete whose records are not there`() async throws {
        var log = try BuiltLog()
        log.start(BuiltLog.id(1))
        log.access(BuiltLog.id(1), 2)
        let directory = try log.directory()
        try directory.remove("segments/00000000/entries")
        let report = try await verify(directory, [log.signer.verifierKey])
        #expect(report.verdict == .integrityFailure)
        #expect(
            report.tree(now: UTCInstant(microseconds: log.clock)).contains(
                "Completeness not decided: 0 of 2 records were read"))
        #expect(
            String(decoding: report.json, as: UTF8.self).contains(#""completeness":"undecided""#))
    }

    @Test func `decides nothing about a log without a record, however well it is signed`()
        async throws
    {
        var log = try BuiltLog()
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes == [.noRecords])
        #expect(report.verdict == .undecided)
        #expect(
            report.tree(now: UTCInstant(microseconds: log.clock)).contains(
                "Completeness not decided: there is no record"))
    }

    @Test func `follows several starts`() async throws {
        let log = try LedgerLog(3, 0, 5)
        let report = try await verify(log.directory, [log.key])
        #expect(report.findings == [])
        #expect(report.starts == 3)
    }

    @Test func `reads a live log through its commit journal`() async throws {
        for publishedAlways in [true, false] {
            var fixture = try LedgerFixture()
            if !publishedAlways { fixture.options.publishEvery = .seconds(3600) }
            let storage = MemoryStorage()
            let ledger = try fixture.open(storage)
            try LedgerLog.append(30, to: ledger, fixture)
            let report = try await verify(
                try TestDirectory(storage), [fixture.signer.verifierKey])
            #expect(report.codes == [])
            #expect(report.size == TreeSize(31))
            #expect(report.disclosures.matching == 60)
            #expect(ledger.close() == nil)
        }
    }

    @Test func `finds every acknowledged record after the power went`() async throws {
        var fixture = try LedgerFixture()
        fixture.options.publishEvery = .seconds(3600)
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        try LedgerLog.append(30, to: ledger, fixture)
        // A busy machine may have the next heartbeat written before all of this is judged.
        let shown = ledger.status.checkpoint
        let left = storage.crash(keeping: .syncedOnly)
        let directory = try TestDirectory(left)
        let key = fixture.signer.verifierKey
        // Nothing on the disk says that the sync of the last group had returned.
        let unaware = try await verify(directory, [key])
        #expect(unaware.codes == [])
        #expect(unaware.size == TreeSize(30))
        #expect(unaware.findings(about: .note).contains { $0.code == .notYetDurable })
        // Whoever was shown it knows.
        let report = try await verify(directory, [key], remembered: shown)
        #expect(report.codes == [])
        #expect(report.size == TreeSize(31))
        #expect(report.findings(about: .note).contains { $0.code == .notYetApplied })
        #expect(ledger.close() == nil)
    }

    @Test func `an empty directory is no log, and says so`() async throws {
        let report = try await verify(try TestDirectory(), [])
        #expect(report.codes == [.noCheckpoint, .noKey])
        #expect(report.verdict == .undecided)
    }

    @Test func `without a key nothing is decided, and integrity is told all the same`() async throws
    {
        let log = try LedgerLog(2)
        let report = try await verify(log.directory, [])
        #expect(report.codes == [.noKey])
        #expect(report.verdict == .undecided)
        let stranger = try LedgerFixture().signer.verifierKey
        let other = try await verify(log.directory, [stranger])
        #expect(other.codes == [.notSignedByLog])
        #expect(other.verdict == .undecided)
        #expect(!other.mayBeRemembered)
    }

    @Test func `an old log is stale`() async throws {
        let log = try LedgerLog(1)
        let now = UTCInstant(microseconds: 1_795_000_060_000_000)
        #expect(
            try await verify(log.directory, [log.key], maxAge: .seconds(60), now: now).verdict
                == .verified)
        #expect(
            try await verify(log.directory, [log.key], maxAge: .seconds(59), now: now).verdict
                == .stale)
    }

    @Test func `the report is one JSON object and a tree of lines`() async throws {
        let log = try LedgerLog(2)
        try log.directory.tamper("segments/00000000/entries") { $0[40] ^= 1 }
        let report = try await verify(log.directory, [log.key])
        let json = try JSONParser.parse(report.json, as: .strict, deepest: 8)
        #expect(json["verdict"]?.string == "integrity_failure")
        #expect(json["exit_code"]?.integer == 10)
        #expect(json["integrity"]?.string == "failed")
        #expect(json["findings"]?.array?.isEmpty == false)
        let lines = report.tree(now: log.fixture.clock.now)
        #expect(lines.first == "Integrity FAILED")
        #expect(lines.contains { $0.hasPrefix("└─ ") })
        #expect(report.verdictLine.contains("CHANGED"))
    }

    @Test func `progress reaches the number of records`() async throws {
        let log = try LedgerLog(20)
        let seen = Seen()
        _ = try await LogVerifier(
            VerificationOptions(
                policy: nil, remembered: nil, maxAge: nil, now: log.fixture.clock.now,
                requiredWitnesses: 0, jobs: 1)
        ) { seen.take($0) }.verify(directory: log.directory.path)
        #expect(seen.last?.records == 23)
        #expect(seen.last?.total == 23)
    }
}

private final class Seen: Sendable {
    private let progress = Mutex<VerificationProgress?>(nil)

    func take(_ news: VerificationProgress) { progress.withLock { $0 = news } }

    var last: VerificationProgress? { progress.withLock { $0 } }
}
