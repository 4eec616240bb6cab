// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import SignedNotes
import TestSupport
import Testing

@testable import Verification

@Suite struct `Records of every protocol, and what later versions make of them` {
    private func draft(_ access: AccessRecord, _ boot: UniqueID) -> RecordDraft {
        access.draft(
            host: Array("api.example.com".utf8).span,
            producer: EncodedProducer(uid: "proxy-a", boot: boot))
    }

    /// A log with one record of each kind.
    private func log(isLater: Bool) throws -> BuiltLog {
        let boot = BuiltLog.id(1)
        var log = try BuiltLog()
        log.start(boot)
        var sequence: UInt64 = 2
        for (_, access) in try AccessSamples.typical() {
            if isLater {
                try log.append(later: draft(access, boot), sequence)
            } else {
                log.append(draft(access, boot), sequence)
            }
            sequence += 1
        }
        log.stop(boot, sequence)
        return log
    }

    @Test(arguments: [false, true])
    func `verify without a finding`(isLater: Bool) async throws {
        var log = try log(isLater: isLater)
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes == [])
        #expect(report.verdict.exitCode == 0)
    }

    @Test(arguments: [false, true])
    func `are vouched for by the scanner`(isLater: Bool) throws {
        var log = try log(isLater: isLater)
        let directory = try log.directory()
        let snapshot = try LogSnapshot(directory: directory.path)
        var scanner = LeafScanner()
        var count = 0
        try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { _, leaf in
            let isVouched = scanner.scan(leaf.span)
            #expect(isVouched, "\(String(decoding: leaf, as: UTF8.self))")
            #expect(Record.faults(inLeaf: leaf) == [])
            count += 1
        }
        #expect(count == 10)
    }

    @Test func `with every open word unknown are proven and shown, the words harmless`() throws {
        var log = try log(isLater: true)
        let directory = try log.directory()
        let snapshot = try LogSnapshot(directory: directory.path)
        let check = RecordCheck(
            policy: TrustPolicy(logKeys: [log.signer.verifierKey]), requiredWitnesses: 0)
        for index in 1...8 as ClosedRange<UInt64> {
            let leaf = try snapshot.leaf(at: LeafIndex(index))
            let record = try Record(leaf: leaf)
            for member in OpenMember.allCases {
                #expect(record.word(member) == LaterRecord.word(member))
            }
            let report = check.check(try snapshot.proof(of: LeafIndex(index)), leaf: leaf)
            #expect(report.findings.isEmpty)
            #expect(report.verdict.exitCode == 0)
            let shown = report.lines.joined(separator: "\n")
            #expect(shown.contains("later decision.effect"))
            #expect(!shown.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" })
        }
    }
}
