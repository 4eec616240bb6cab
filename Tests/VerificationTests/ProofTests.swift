// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import LogFormat
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import TestSupport
import Testing

@testable import Verification

@Suite struct `One record offline` {
    private func check(_ log: LedgerLog) throws -> RecordCheck {
        RecordCheck(policy: TrustPolicy(logKeys: [log.key]), requiredWitnesses: 0)
    }

    /// A record with everything that its log can say about it.
    private func envelope(_ log: LedgerLog, _ number: UInt64) throws -> RecordEnvelope {
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let index = LeafIndex(number)
        let leaf = try snapshot.leaf(at: index)
        return RecordEnvelope(
            index: index, leaf: leaf,
            disclosures: try snapshot.disclosures(of: try Record(leaf: leaf), at: index),
            proof: try snapshot.proof(of: index))
    }

    @Test func `is proven by its proof file alone`() throws {
        let log = try LedgerLog(270)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        for number in [0, 1, 255, 256, 272] as [UInt64] {
            let file = try snapshot.proof(of: LeafIndex(number)).encode()
            let report = try check(log).check(try TlogProof(file), leaf: nil)
            #expect(report.findings == [])
            #expect(report.verdict == .verified)
            #expect(report.facts.contains(ProofReport.Fact("index", number)))
        }
    }

    @Test func `says which keys of the policy never count`() throws {
        let log = try LedgerLog(2)
        let unknown = "w+01020304+" + Base64.encode([0x06] + [UInt8](repeating: 1, count: 1312))
        let text = "log \(log.key.text)\nwitness w \(unknown)\nquorum none\n"
        let policy = try TrustPolicy(Array(text.utf8))
        let proof = try LogSnapshot(directory: log.directory.path).proof(of: LeafIndex(1))
        let report = RecordCheck(policy: policy, requiredWitnesses: 0).check(proof, leaf: nil)
        #expect(report.findings.map(\.code) == [.keyNotChecked])
        #expect(report.findings.first?.detail == "w, ML-DSA-44 cosignature")
        #expect(report.verdict == .verified)
        let counted = try TrustPolicy(
            Array(text.replacing("quorum none", with: "quorum w").utf8))
        let short = RecordCheck(policy: counted, requiredWitnesses: 0).check(proof, leaf: nil)
        #expect(Set(short.findings.map(\.code)) == [.keyNotChecked, .quorumNotMet])
        #expect(short.verdict == .undecided)
    }

    @Test func `is proven whatever a crash left of the stored tree`() throws {
        let log = try LedgerLog(270)
        let numbers = [0, 1, 255, 256, 260, 272] as [UInt64]
        let whole = try LogSnapshot(directory: log.directory.path)
        let proofs = try numbers.map { try whole.proof(of: LeafIndex($0)) }
        let row = try log.directory.read("tree/0")
        let settled = Int(whole.settledSize.count) * 32
        #expect(settled < row.count)
        for torn in [
            Array(row[..<settled]), Array(row.dropLast(5)),
            Array(row[..<settled]) + [UInt8](repeating: 0, count: row.count - settled),
        ] {
            try log.directory.write(torn, to: "tree/0")
            let snapshot = try LogSnapshot(directory: log.directory.path)
            #expect(try numbers.map { try snapshot.proof(of: LeafIndex($0)) } == proofs)
        }
    }

    @Test func `is not proven by a changed leaf, another key or none`() throws {
        let log = try LedgerLog(5)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let proof = try snapshot.proof(of: LeafIndex(2))
        var leaf = try snapshot.leaf(at: LeafIndex(2))
        leaf[100] ^= 1
        #expect(try check(log).check(proof, leaf: leaf).verdict == .integrityFailure)
        let other = try LedgerLog(0)
        #expect(try check(other).check(proof, leaf: nil).verdict == .undecided)
        let nobody = RecordCheck(policy: nil, requiredWitnesses: 0)
        #expect(nobody.check(proof, leaf: nil).findings.map(\.code) == [.noKey])
        let bare = TlogProof(
            extra: nil, inclusion: proof.inclusion, checkpoint: proof.checkpoint)
        #expect(try check(log).check(bare, leaf: nil).findings.map(\.code) == [.proofAbsent])
        let witnessed = RecordCheck(
            policy: TrustPolicy(logKeys: [log.key]), requiredWitnesses: 1)
        #expect(witnessed.check(proof, leaf: nil).findings.map(\.code) == [.quorumNotMet])
    }

    @Test func `with its disclosures is checked against what it commits to`() throws {
        let log = try LedgerLog(3)
        let good = try envelope(log, 2)
        let read = try RecordEnvelope(good.encode())
        #expect(read.encode() == good.encode())
        #expect(try check(log).check(read).findings == [])
        #expect(read.disclosures.count == 2)

        guard case .matching(let salt, .object(var members)) = good.disclosures[.what] else {
            Issue.record("not opened")
            return
        }
        members[0].value = .string("/v1/other")
        var changed = good
        changed.disclosures[.what] = .matching(salt: salt, value: .object(members))
        #expect(try check(log).check(changed).findings.map(\.code) == [.disclosureMismatch])
        changed.disclosures[.what] = .matching(salt: salt, value: .number("1.5"))
        #expect(try check(log).check(changed).findings.map(\.code) == [.disclosureMismatch])
        // A value of a group that the record does not commit to is nothing of this record's.
        changed = good
        changed.disclosures[.who] = good.disclosures[.what]
        #expect(try check(log).check(changed).findings.map(\.code) == [.disclosureMismatch])
        changed = good
        changed.disclosures[.what] = .withheld
        #expect(try check(log).check(changed).verdict == .verified)
        changed = good
        changed.leafHash = .zero
        #expect(try check(log).check(changed).findings.map(\.code) == [.leafHashDiffers])
        changed = good
        changed.index = LeafIndex(3)
        #expect(try check(log).check(changed).findings.map(\.code) == [.wrongIndex])
        changed = good
        changed.proof = nil
        #expect(try check(log).check(changed).findings.map(\.code) == [.proofAbsent])
    }

    @Test func `envelopes that are none are refused`() throws {
        let good = String(decoding: try envelope(try LedgerLog(1), 1).encode(), as: UTF8.self)
        for (old, new) in [
            ("\"index\":1,", "\"index\":-1,"), ("\"index\":1,", ""),
            ("\"leaf_hash\":\"", "\"leaf_hash\":\"A"), ("\"leaf\":", "\"leef\":"),
            ("\"salt\":\"", "\"salt\":\"A"), ("\"what\":", "\"which\":"),
            ("c2sp.org/tlog-proof", "c2sp.org/tlog-poof"), ("{\"disclosures", "{{\"disclosures"),
        ] {
            let text = good.replacing(old, with: new, maxReplacements: 1)
            #expect(text != good)
            #expect(throws: EnvelopeFault.self, "\(new)") {
                try RecordEnvelope(Array(text.utf8))
            }
        }
    }
}

@Suite struct `Two checkpoints of a log` {
    @Test func `are consistent when the log only grew, by its own files or its export`() throws {
        let log = try LedgerLog(260)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let new = try #require(snapshot.newest)
        let journal = CheckpointJournal.scan(try log.directory.read("checkpoints")).notes
        let check = ConsistencyCheck(policy: TrustPolicy(logKeys: [log.key]))
        var reader = try snapshot.hashReader()
        for note in journal {
            let old = try UnverifiedCheckpoint(Array(note))
            #expect(try check.check(old: old, new: new, reading: &reader).findings == [])
        }
        let old = try UnverifiedCheckpoint(Array(journal[0]))
        #expect(
            check.check(old: old, new: new, proof: nil).findings.map(\.code) == [.proofAbsent])
        #expect(
            check.check(old: new, new: old, proof: nil).findings.map(\.code)
                == [.olderThanRemembered])
        #expect(check.check(old: new, new: new, proof: nil).findings == [])
    }

    @Test func `of two histories are not`() throws {
        let (one, two) = (try LedgerLog(4), try LedgerLog(9))
        let key = one.fixture.signer
        // The same key has signed another tree under the same name.
        let forged = Checkpoint(
            origin: one.fixture.options.origin, size: TreeSize(5), root: RootHash(.zero))
        let old = try UnverifiedCheckpoint(try forged.signed(by: [key]).encode())
        let snapshot = try LogSnapshot(directory: one.directory.path)
        let new = try #require(snapshot.newest)
        var reader = try snapshot.hashReader()
        let check = ConsistencyCheck(policy: TrustPolicy(logKeys: [one.key]))
        let report = try check.check(old: old, new: new, reading: &reader)
        #expect(report.findings.map(\.code) == [.forked])
        #expect(report.verdict == .rollback)
        let stranger = try #require(try LogSnapshot(directory: two.directory.path).newest)
        #expect(
            check.check(old: stranger, new: stranger, proof: nil).findings.map(\.code)
                == [.notSignedByLog, .notSignedByLog])
    }
}
