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

    private static let first = SegmentNumber(0)

    private func put(_ state: SegmentState, _ directory: TestDirectory) throws {
        try directory.write(
            try #require(state.file(of: Self.first)), to: LogLayout.away(Self.first))
    }

    @Test func `is reported with what became of it, and the tree is checked over its hash`()
        async throws
    {
        let (directory, key, root) = try build()
        let lost = try await verify(directory, [key])
        #expect(lost.codes.contains(.fileMissing))
        #expect(!lost.codes.contains(.segmentAway))
        #expect(lost.findings.first { $0.code == .fileMissing }?.count == 65_536)
        #expect(lost.findings(about: .completeness) == [])
        for (state, detail) in [
            (SegmentState.archived(root: root, places: ["vault"]), "archived: vault"),
            (
                .expired(root: root, record: LeafIndex(65_539)),
                "destroyed at the end of its retention: record 65539"
            ),
        ] {
            try put(state, directory)
            let report = try await verify(directory, [key])
            let finding = try #require(report.findings.first { $0.code == .segmentAway })
            #expect(finding.detail == detail)
            #expect(finding.file == LogLayout.away(Self.first))
            #expect(report.recordsRead == 4)
            #expect(report.root == report.verified?.checkpoint.root)
            #expect(report.codes == [.segmentAway])
            #expect(finding.count == 65_536)
            // Nobody has read its records and nobody has signed the file, so nobody vouches for them.
            #expect(report.verdict == .integrityFailure)
        }
    }

    @Test func `is damage where nobody can tell what became of it`() async throws {
        let (directory, key, _) = try build()
        try directory.write(Array("gone\n".utf8), to: LogLayout.away(Self.first))
        let report = try await verify(directory, [key])
        #expect(report.codes.contains(.segmentStateUnreadable))
        #expect(report.verdict == .integrityFailure)
        #expect(report.recordsRead == 4)
    }

    @Test func `whose hash is not that of the tree is found`() async throws {
        let (directory, key, _) = try build()
        let other = NodeHash(LeafHash(of: [7]))
        try put(.archived(root: other, places: ["vault"]), directory)
        let report = try await verify(directory, [key])
        #expect(report.codes.contains(.nodeNotInTree))
        #expect(report.root != report.verified?.checkpoint.root)
        #expect(report.verdict == .integrityFailure)
    }
}
