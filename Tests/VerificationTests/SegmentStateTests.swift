// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import LogFormat
import LogReading
import Merkle
import SignedNotes
import TestSupport
import Testing
import Verification

@Suite struct `A segment that is not in the log directory` {
    /// A log of one whole segment and a few records, without the segment's entries.
    private func build() throws -> (directory: TestDirectory, key: NoteVerifierKey, root: NodeHash)
    {
        var log = try BuiltLog()
        let boot = BuiltLog.id(1)
        log.start(boot)
        let draft = BuiltLog.accessDraft(boot, uid: BuiltLog.id(5), stage: .complete)
        for sequence in 2...UInt64(65_540) { log.append(draft, sequence) }
        let directory = try log.directory()
        try directory.remove(LogLayout.entries(SegmentNumber(0)))
        let root = try #require(NodeHash.row(try directory.read(LogLayout.tree(level: 2))).first)
        return (directory, log.signer.verifierKey, root)
    }

    private func verify(
        _ directory: TestDirectory, _ key: NoteVerifierKey, _ state: SegmentState
    ) async throws -> VerificationReport {
        let snapshot = try LogSnapshot(
            directory: directory.path, segments: SegmentStates(away: [SegmentNumber(0): state]))
        return try await verifier([key]).verify(snapshot)
    }

    @Test func `is reported with what became of it, and the tree is checked over its hash`()
        async throws
    {
        let (directory, key, root) = try build()
        let lost = try await verify(directory, key, .present)
        #expect(lost.codes.contains(.fileMissing))
        #expect(lost.findings.first { $0.code == .fileMissing }?.detail == nil)
        for (state, detail) in [
            (SegmentState.archived(root: root, places: ["vault"]), "archived: vault"),
            (
                .expired(root: root, record: LeafIndex(65_539)),
                "destroyed at the end of its retention: record 65539"
            ),
        ] {
            let report = try await verify(directory, key, state)
            let finding = try #require(report.findings.first { $0.code == .fileMissing })
            #expect(finding.detail == detail)
            #expect(finding.file == LogLayout.entries(SegmentNumber(0)))
            #expect(report.recordsRead == 4)
            #expect(report.root == report.verified?.checkpoint.root)
            #expect(!report.codes.contains(.nodeNotInTree))
            // Nobody has read its records, so nobody vouches for them.
            #expect(report.verdict == .integrityFailure)
        }
    }

    @Test func `whose hash is not that of the tree is found`() async throws {
        let (directory, key, _) = try build()
        let other = NodeHash(LeafHash(of: [7]))
        let report = try await verify(directory, key, .archived(root: other, places: ["vault"]))
        #expect(report.codes.contains(.nodeNotInTree))
        #expect(report.root != report.verified?.checkpoint.root)
        #expect(report.verdict == .integrityFailure)
    }
}
