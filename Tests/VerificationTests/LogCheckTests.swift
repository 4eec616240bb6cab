// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

@Suite struct `The check that a server makes of its own log` {
    private let boot = BuiltLog.id(1)
    private let next = BuiltLog.id(2)
    private let began = UTCInstant(microseconds: 1_795_000_060_000_000)

    private func report(_ build: (inout BuiltLog) -> Void) async throws -> VerificationReport {
        var log = try BuiltLog()
        build(&log)
        return try await verify(log.directory(), [log.signer.verifierKey])
    }

    private func whole(_ log: inout BuiltLog) {
        log.start(boot)
        for sequence: UInt64 in 2...9 { log.access(boot, sequence) }
        log.heartbeat(boot, 10, through: 9, allowed: 8)
        log.stop(boot, 11)
        log.start(next, after: PreviousBoot(boot: boot, lastSequence: 11))
    }

    @Test func `says two things of the records that it names`() async throws {
        let report = try await report(whole)
        #expect(report.integritySentence == "Of records 0 to 11, nothing was changed.")
        #expect(report.completenessSentence == "Of records 0 to 11, none is missing.")
        #expect(report.boots.map(\.boot) == [boot, next])
        let first = try #require(report.boots.first)
        #expect(first.sequences == 1...11)
        #expect(first.indexes == LeafIndex(0)...LeafIndex(10))
        #expect(first.records == 11)
        #expect(first.isStopped && !first.isNewest && !first.wasCutOff && first.gaps == [])
        #expect(report.boots.last.map { $0.isNewest && !$0.isStopped } == true)
    }

    @Test func `counts what is missing, and where`() async throws {
        let report = try await report { log in
            log.start(boot)
            log.access(boot, 2)
            log.access(boot, 21)
        }
        #expect(report.completenessSentence == "Beside records 0 to 2, 18 records are missing.")
        #expect(report.integritySentence == "Of records 0 to 2, nothing was changed.")
        let gap = try #require(report.boots.first?.gaps.first)
        #expect(gap.sequences == 3...20)
        #expect(gap.count == 18)
        #expect(gap.reason == nil)
        #expect(gap.index == LeafIndex(2))
    }

    @Test func `names the first change`() async throws {
        var log = try BuiltLog()
        whole(&log)
        let directory = try log.directory()
        let path = directory.path.appending("segments/00000000/entries")
        var bytes = try ReadableFile.contents(of: path)
        bytes[bytes.count / 2] ^= 1
        try directory.write(bytes, to: "segments/00000000/entries")
        let report = try await verify(directory, [log.signer.verifierKey])
        #expect(
            report.integritySentence.hasPrefix("Of records 0 to 11, something was changed: "))
        let check = LogCheck(report, began: began, duration: .milliseconds(1500))
        #expect(check.milliseconds == 1500)
        #expect(check.findings.contains { $0.concern == "integrity" })
    }

    @Test func `is remembered as it was`() async throws {
        for report in [try await report(whole), try await report { $0.access(boot, 7) }] {
            let check = LogCheck(report, began: began, duration: .seconds(2))
            #expect(LogCheck(check.json) == check)
            let text = CanonicalJSON.encode(check.json)
            #expect(LogCheck(try JSONParser.parse(text, as: .strict, deepest: 4)) == check)
        }
        #expect(LogCheck(.object([])) == nil)
        #expect(LogCheck(.string("verified")) == nil)
    }

    @Test func `pauses for longer the longer it took, and tries again soon if it could not`()
        async throws
    {
        let report = try await report(whole)
        var standing = LogCheckStanding(last: nil)
        #expect(standing.isDue(at: .zero))
        standing.begin(at: .zero, now: began, logSize: 12)
        #expect(!standing.isDue(at: .seconds(9)))
        let isFirst = standing.end(failing: "no disk", at: .seconds(10))
        #expect(isFirst)
        #expect(standing.failure == "no disk")
        #expect(standing.last == nil)
        #expect(!standing.isDue(at: .seconds(69)))
        #expect(standing.isDue(at: .seconds(70)))
        standing.begin(at: .seconds(70), now: began, logSize: 12)
        let isAnother = standing.end(failing: "no disk", at: .seconds(71))
        #expect(!isAnother)

        standing.begin(at: .seconds(200), now: began, logSize: 12)
        let first = standing.end(report, at: .seconds(201))
        #expect(first.isNews)
        #expect(standing.failure == nil)
        #expect(standing.boots?.count == 2)
        #expect(standing.next(at: .seconds(201)) == .seconds(3600))
        standing.hurry()
        standing.begin(at: .seconds(300), now: began, logSize: 12)
        #expect(standing.next(at: .seconds(300)) == nil)
        let second = standing.end(report, at: .seconds(1300))
        #expect(!second.isNews)
        #expect(standing.next(at: .seconds(1300)) == .seconds(20_000))
        standing.hurry()
        standing.begin(at: .seconds(2000), now: began, logSize: 12)
        _ = standing.end(report, at: .seconds(100_000))
        #expect(standing.next(at: .seconds(100_000)) == .seconds(24 * 3600))
    }

    @Test func `ends between two segments when it is told to`() async throws {
        var log = try BuiltLog()
        whole(&log)
        let (directory, key) = (try log.directory(), log.signer.verifierKey)
        let outcome = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await verify(directory, [key])
        }.result
        #expect {
            try outcome.get()
        } throws: { error in
            (error as? LogReadFailure)?.code == .interrupted
        }
    }
}
