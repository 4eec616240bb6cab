// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
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
        #expect(report.verdict == .disclosureMismatch)
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
