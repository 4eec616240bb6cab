// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Merkle
import SignedNotes
import TestSupport
import Testing
import Verification

@Suite struct `Asking whether anything is missing` {
    private let boot = BuiltLog.id(1)
    private let next = BuiltLog.id(2)

    /// What verifying a log comes to that was laid down as told.
    private func report(
        _ build: (inout BuiltLog) -> Void
    ) async throws -> VerificationReport {
        var log = try BuiltLog()
        build(&log)
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.findings(about: .integrity) == [])
        return report
    }

    @Test func `a whole log is complete`() async throws {
        let report = try await report { log in
            log.start(boot)
            for sequence: UInt64 in 2...9 { log.access(boot, sequence) }
            log.heartbeat(boot, 10, through: 9, allowed: 8)
            log.stop(boot, 11)
            log.start(next, after: PreviousBoot(boot: boot, lastSequence: 11))
        }
        #expect(report.findings == [])
        #expect(report.verdict == .verified)
    }

    @Test func `a dropped record shows as a gap`() async throws {
        let report = try await report { log in
            log.start(boot)
            log.access(boot, 2)
            log.access(boot, 4)
        }
        #expect(report.codes == [.sequenceGap])
        #expect(report.verdict == .completenessFailure)
        let finding = report.findings.first { $0.code == .sequenceGap }
        #expect(finding?.index == LeafIndex(2))
        #expect(finding?.detail == "numbers 3 to 3 before it")
    }

    @Test func `a repeated number is found`() async throws {
        let report = try await report { log in
            log.start(boot)
            log.access(boot, 2)
            log.access(boot, 2)
        }
        #expect(report.codes == [.sequenceRepeated])
    }

    @Test func `a start begins with log.start and number 1`() async throws {
        let missing = try await report { log in log.access(boot, 1) }
        #expect(missing.codes == [.bootWithoutStart])
        let late = try await report { log in log.access(boot, 7) }
        #expect(late.codes == [.bootWithoutStart])
    }

    @Test func `records lost at the end of a start show at the next`() async throws {
        let report = try await report { log in
            log.start(boot)
            log.access(boot, 2)
            log.start(next, after: PreviousBoot(boot: boot, lastSequence: 3))
        }
        #expect(report.codes == [.restartMismatch])
    }

    @Test func `a start that is missing as a whole shows at the next`() async throws {
        let report = try await report { log in
            log.start(boot)
            log.start(next, after: PreviousBoot(boot: BuiltLog.id(9), lastSequence: 1))
        }
        #expect(report.codes == [.restartMismatch])
        let forgotten = try await self.report { log in
            log.start(boot)
            log.start(next)
        }
        #expect(forgotten.codes == [.restartMismatch])
        let invented = try await self.report { log in
            log.start(boot, after: PreviousBoot(boot: next, lastSequence: 1))
        }
        #expect(invented.codes == [.restartMismatch])
    }

    @Test func `an earlier start does not write again`() async throws {
        let report = try await report { log in
            log.start(boot)
            log.start(next, after: PreviousBoot(boot: boot, lastSequence: 1))
            log.access(boot, 2)
        }
        #expect(report.codes == [.bootResumed])
    }

    @Test(arguments: [0, 1, 3, 4] as [UInt64])
    func `a heartbeat that counted other records than there are is found`(allowed: UInt64)
        async throws
    {
        let report = try await report { log in
            log.start(boot)
            log.access(boot, 2)
            log.access(boot, 3)
            log.heartbeat(boot, 4, through: 3, allowed: allowed)
        }
        #expect(report.codes == [.counterMismatch])
        #expect(report.verdict == .completenessFailure)
    }

    @Test func `a heartbeat counts up to the number it names, whatever came in between`()
        async throws
    {
        let report = try await report { log in
            log.start(boot)
            log.access(boot, 2)
            log.access(boot, 3)
            log.heartbeat(boot, 4, through: 2, allowed: 1)
        }
        #expect(report.findings == [])
        let ahead = try await self.report { log in
            log.start(boot)
            log.heartbeat(boot, 2, through: 2, allowed: 0)
        }
        #expect(ahead.codes == [.counterMismatch])
    }

    @Test func `a gap that the log admits is told, with how many`() async throws {
        let report = try await report { log in
            log.start(boot)
            log.access(boot, 2)
            log.gap(boot, 5, of: 3...4)
            log.heartbeat(boot, 6, through: 5, allowed: 3)
        }
        #expect(report.codes == [.admittedGap])
        #expect(
            report.findings.first { $0.code == .admittedGap }?.detail
                == "2 records, group_rejected")
        #expect(report.verdict == .completenessFailure)
        // Two records more than the log has are explained, three are not.
        let more = try await self.report { log in
            log.start(boot)
            log.access(boot, 2)
            log.gap(boot, 5, of: 3...4)
            log.heartbeat(boot, 6, through: 5, allowed: 4)
        }
        #expect(more.codes == [.admittedGap, .counterMismatch])
    }

    @Test func `a gap wider than what is admitted is a gap`() async throws {
        let report = try await report { log in
            log.start(boot)
            log.gap(boot, 5, of: 3...4)
        }
        #expect(report.codes == [.admittedGap, .sequenceGap])
    }

    @Test func `accesses that went through unrecorded are told`() async throws {
        let report = try await report { log in
            log.start(boot)
            log.heartbeat(boot, 2, through: 1, allowed: 0, dropped: 5)
        }
        #expect(report.codes == [.accessesUnrecorded])
        #expect(report.verdict == .completenessFailure)
    }

    @Test func `every start of an access has its outcome`() async throws {
        let uid = BuiltLog.id(77)
        for outcome in [RecordStage.complete, .unknown] {
            let good = try await report { log in
                log.start(boot)
                log.access(boot, 2, uid: uid, stage: .started)
                log.access(boot, 3, uid: uid, stage: outcome)
                log.stop(boot, 4)
            }
            #expect(good.findings == [])
        }
        let stopped = try await report { log in
            log.start(boot)
            log.access(boot, 2, uid: uid, stage: .started)
            log.stop(boot, 3)
        }
        #expect(stopped.codes == [.outcomeMissing])
        let crashed = try await report { log in
            log.start(boot)
            log.access(boot, 2, uid: uid, stage: .started)
            log.start(next, after: PreviousBoot(boot: boot, lastSequence: 2))
        }
        #expect(crashed.codes == [.outcomeMissing])
        let recovered = try await report { log in
            log.start(boot)
            log.access(boot, 2, uid: uid, stage: .started)
            log.start(next, after: PreviousBoot(boot: boot, lastSequence: 2))
            log.access(next, 2, uid: uid, stage: .unknown)
        }
        #expect(recovered.findings == [])
        let running = try await report { log in
            log.start(boot)
            log.access(boot, 2, uid: uid, stage: .started)
        }
        #expect(running.findings.map(\.code) == [.inFlight])
        #expect(running.verdict == .verified)
    }

    /// A log of two starts whose record at a place cannot be read, as what verifying it comes to.
    private func unreadable(at place: Int) async throws -> VerificationReport {
        let uid = BuiltLog.id(77)
        let records: [(inout BuiltLog) -> Void] = [
            { $0.start(boot) },
            { $0.access(boot, 2, uid: uid, stage: .started) },
            { $0.access(boot, 3) },
            { $0.access(boot, 4, uid: uid) },
            { $0.heartbeat(boot, 5, through: 4, allowed: 2) },
            { $0.stop(boot, 6) },
            { $0.start(next, after: PreviousBoot(boot: boot, lastSequence: 6)) },
            { $0.access(next, 2) },
            { $0.stop(next, 3) },
        ]
        var log = try BuiltLog()
        for (number, record) in records.enumerated() {
            if number == place { log.append(leaf: Array("{".utf8)) } else { record(&log) }
        }
        return try await verify(log.directory(), [log.signer.verifierKey])
    }

    @Test(arguments: 0..<9) func `a record that cannot be read is not called missing`(
        place: Int
    ) async throws {
        let report = try await unreadable(at: place)
        #expect(report.codes == [.notARecord])
        #expect(
            report.tree(now: UTCInstant(microseconds: 0)).contains(
                "Completeness not decided: 8 of 9 records were read"))
        #expect(
            String(decoding: report.json, as: UTF8.self).contains(#""completeness":"undecided""#))
    }

    @Test func `what is missing elsewhere is found beside a record that cannot be read`()
        async throws
    {
        var log = try BuiltLog()
        log.start(boot)
        log.access(boot, 2)
        log.append(leaf: Array("{".utf8))
        log.access(boot, 4)
        log.access(boot, 6)
        log.access(boot, 7, uid: BuiltLog.id(77), stage: .started)
        log.start(next, after: PreviousBoot(boot: boot, lastSequence: 9))
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes == [.notARecord, .sequenceGap, .outcomeMissing, .restartMismatch])
        #expect(report.findings.first { $0.code == .sequenceGap }?.index == LeafIndex(4))
    }
}
