// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogFormat
import LogReading
import Merkle
import SignedNotes
import TestSupport
import Testing
import Verification

@Suite struct `Disclosures of a stored log` {
    @Test func `are withheld without keys, and nothing is wrong`() async throws {
        let log = try LedgerLog(4)
        try log.directory.forgetCommitJournal()
        try log.directory.remove("keys/subjects")
        try log.directory.remove("keys/periods")
        try log.directory.remove("keys/directory")
        let report = try await verify(log.directory, [log.key])
        #expect(report.verdict == .verified)
        #expect(report.disclosures.withheld == 8)
        #expect(report.disclosures.matching == 0)
    }

    @Test func `whose key was destroyed are erased, and somebody must have said so`() async throws {
        let log = try LedgerLog(4)
        try log.directory.forgetCommitJournal()
        try log.directory.tamper("keys/subjects") { file in
            let slot = SubjectSlot(destroyed: .tenant, created: log.fixture.clock.now).bytes
            let image = KeyStoreImage<SubjectSlot>(file)
            let position = image.slots[.tenant]?.position ?? 0
            file.replaceSubrange(
                position * KeySlot.byteCount..<(position + 1) * KeySlot.byteCount, with: slot)
        }
        let report = try await verify(log.directory, [log.key])
        #expect(report.disclosures.erased == 4)
        #expect(report.disclosures.matching == 4)
        #expect(report.codes == [.erasedWithoutRecord])
        #expect(report.findings(about: .disclosure).first?.detail == SubjectID.tenant.text)
        #expect(report.verdict == .disclosureMismatch)
    }

    /// A log of one start whose keys are one subject's and one period's, destroyed or not, and whose record 1
    /// says that these were erased.
    private func erasing(
        subjects: [String], periods: [String], destroyed: [SubjectID], lost: [Period]
    ) async throws -> VerificationReport {
        var log = try BuiltLog()
        let boot = BuiltLog.id(1)
        log.start(boot)
        log.erasure(boot, 2, subjects: subjects, periods: periods)
        log.stop(boot, 3)
        let directory = try log.directory()
        try directory.write(
            destroyed.flatMap { SubjectSlot(destroyed: $0, created: Self.time).bytes },
            to: "keys/subjects")
        try directory.write(
            lost.flatMap { PeriodSlot(destroyed: $0, created: Self.time).bytes }, to: "keys/periods"
        )
        let secret = DirectorySecret(bytes: [UInt8](repeating: 5, count: 32))
        try directory.write(secret.fileBytes, to: "keys/directory")
        return try await verify(directory, [log.signer.verifierKey])
    }

    private static let time = UTCInstant(microseconds: 1_795_000_000_000_000)

    @Test func `are erased by the record that names the key, and by no other`() async throws {
        var randomness = BufferedRandomness(source: .reproducible(seed: 4))
        let (one, other) = (SubjectID.tenant, SubjectID(randomness: &randomness))
        let period = Period(of: Self.time)
        let named = try await erasing(
            subjects: [one.text], periods: [period.text], destroyed: [one], lost: [period])
        #expect(named.codes == [])
        #expect(
            named.erasures == [
                Erasure(key: period.text, record: LeafIndex(1)),
                Erasure(key: one.text, record: LeafIndex(1)),
            ])
        let text = named.tree(now: Self.time).joined(separator: "\n")
        #expect(text.contains("\(one.text): erased (record #1)"))
        let unnamed = try await erasing(
            subjects: [one.text], periods: [], destroyed: [one, other], lost: [period])
        #expect(unnamed.codes == [.erasedWithoutRecord])
        #expect(
            unnamed.findings(about: .disclosure).compactMap(\.detail).sorted()
                == [period.text, other.text].sorted())
        let nobody = try await erasing(subjects: [], periods: [], destroyed: [one], lost: [])
        #expect(nobody.codes == [.erasedWithoutRecord])
    }

    @Test func `whose key is not there are missing`() async throws {
        let log = try LedgerLog(4)
        try log.directory.forgetCommitJournal()
        try log.directory.write([], to: "keys/periods")
        let report = try await verify(log.directory, [log.key])
        #expect(report.codes == [.keyMissing])
        #expect(report.verdict == .disclosureMismatch)
        #expect(report.disclosures.missing == 8)
    }

    @Test(arguments: [true, false])
    func `whose subjects have lost their secret are told of it, whoever they are of`(
        hasOthers: Bool
    ) async throws {
        // Nobody of this log was looked up under the secret.
        let log = try LedgerLog(2)
        try log.directory.remove("keys/directory")
        if !hasOthers {
            // The commit journal has these, and never the secret.
            try log.directory.remove("keys/subjects")
            try log.directory.remove("keys/periods")
        }
        let report = try await verify(log.directory, [log.key])
        #expect(report.codes == [.keyFileDamaged])
        #expect(report.findings.first { $0.code == .keyFileDamaged }?.file == "keys/directory")
        #expect(report.verdict == .disclosureMismatch)
    }

    @Test func `of a record are opened one by one`() throws {
        let log = try LedgerLog(2)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let index = LeafIndex(2)
        let record = try Record(leaf: try snapshot.leaf(at: index))
        let groups = try snapshot.disclosures(of: record, at: index)
        guard case .matching(_, let value) = groups[.what] else {
            Issue.record("not opened: \(groups)")
            return
        }
        #expect(value["http.path"]?.string == "/v1/invoices/1")
        #expect(groups.keys.sorted { $0.rawValue < $1.rawValue } == [.what, .where])
    }
}
