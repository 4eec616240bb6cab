// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import SignedNotes

/// Checks that one checkpoint continues another: in between, the log was only appended to.
package struct ConsistencyCheck: Sendable {
    private let policy: TrustPolicy?

    /// - Parameter policy: nil leaves the signatures undecided.
    package init(policy: TrustPolicy?) { self.policy = policy }

    /// Checks with a given proof.
    ///
    /// - Parameter proof: nil if there is none; then only equal sizes can be decided.
    package func check(
        old: UnverifiedCheckpoint, new: UnverifiedCheckpoint, proof: ConsistencyProof?
    ) -> ProofReport {
        var findings: [Finding] = []
        findings += self.findings(about: old, "the old checkpoint")
        findings += self.findings(about: new, "the new checkpoint")
        if old.claim.origin != new.claim.origin {
            findings.append(Finding(.wrongOrigin, detail: "the checkpoints are of two logs"))
        } else {
            findings += self.findings(old.claim, new.claim, proof)
        }
        return ProofReport(
            facts: [
                ProofReport.Fact("origin", new.claim.origin.text),
                ProofReport.Fact("old_size", String(old.claim.size.count)),
                ProofReport.Fact("new_size", String(new.claim.size.count)),
                ProofReport.Fact("old_root", old.claim.root.hash.base64),
                ProofReport.Fact("new_root", new.claim.root.hash.base64),
            ],
            findings: findings)
    }

    /// Checks with hashes from the log's own files, which need not be trusted: a proof made of wrong hashes
    /// fails.
    package func check<Reader: HashReader>(
        old: UnverifiedCheckpoint, new: UnverifiedCheckpoint, reading reader: inout Reader
    ) throws(Reader.Failure) -> ProofReport {
        guard old.claim.size <= new.claim.size else {
            return check(old: old, new: new, proof: nil)
        }
        return check(
            old: old, new: new,
            proof: try ConsistencyProof(
                old: old.claim.size, new: new.claim.size, reading: &reader))
    }

    private func findings(
        _ old: Checkpoint, _ new: Checkpoint, _ proof: ConsistencyProof?
    ) -> [Finding] {
        guard old.size <= new.size else {
            return [
                Finding(
                    .olderThanRemembered,
                    detail: "\(new.size.count) records, \(old.size.count) before")
            ]
        }
        if old.size == new.size || old.size == .empty {
            return old.root == new.root || old.size < new.size
                ? [] : [Finding(.forked, detail: "two roots of size \(old.size.count)")]
        }
        guard let proof else { return [Finding(.proofAbsent)] }
        guard proof.old == old.size, proof.new == new.size else {
            return [Finding(.proofAbsent, detail: "the proof is between other sizes")]
        }
        let verdict = proof.check(old: old.root, new: new.root)
        return verdict == .holds ? [] : [Finding(.forked, detail: "\(verdict)")]
    }

    private func findings(
        about checkpoint: UnverifiedCheckpoint, _ name: String
    ) -> [Finding] {
        guard let policy else { return [Finding(.noKey, detail: name)] }
        switch checkpoint.verify(with: policy) {
        case .verified, .refused(.quorumNotMet): return []
        case .refused(let refusal): return [refusal.finding(file: nil, detail: name)]
        }
    }
}
