// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures
package import LogReading
internal import Merkle
package import SignedNotes

/// Checks one record offline: that its leaf is in a log signed by a trusted key, and that what is disclosed of
/// it matches its commitments.
package struct RecordCheck: Sendable {
    private let policy: TrustPolicy?
    private let requiredWitnesses: Int

    /// - Parameter policy: nil leaves the signature undecided.
    package init(policy: TrustPolicy?, requiredWitnesses: Int) {
        self.policy = policy
        self.requiredWitnesses = requiredWitnesses
    }

    /// Checks a `.tlog-proof` file.
    ///
    /// - Parameter leaf: the record's bytes; if nil, the proof's extra data are used. That needs no trust, as
    ///   another leaf does not lead to the signed root.
    package func check(_ proof: TlogProof, leaf: [UInt8]?) -> ProofReport {
        guard let leaf = leaf ?? proof.extra else {
            return ProofReport(
                facts: facts(of: proof),
                findings: [Finding(.proofAbsent, detail: "the proof does not hold the leaf")])
        }
        return check(proof, leaf: leaf, disclosures: [:])
    }

    /// Checks a record with its disclosures.
    package func check(_ envelope: RecordEnvelope) -> ProofReport {
        var report: ProofReport
        if let proof = envelope.proof {
            report = check(proof, leaf: envelope.leaf, disclosures: envelope.disclosures)
            if proof.index != envelope.index {
                report = report.adding([
                    Finding(
                        .wrongIndex, index: envelope.index,
                        detail: "the proof is of record \(proof.index.value)")
                ])
            }
        } else {
            report = ProofReport(
                facts: [],
                findings: [Finding(.proofAbsent)]
                    + findings(about: envelope.leaf, envelope.disclosures, proven: false))
        }
        guard LeafHash(of: envelope.leaf).hash != envelope.leafHash else { return report }
        return report.adding([Finding(.leafHashDiffers, index: envelope.index)])
    }

    private func check(
        _ proof: TlogProof, leaf: [UInt8], disclosures: [CommitGroup: DisclosedGroup]
    ) -> ProofReport {
        let hash = LeafHash(of: leaf)
        var found: [Finding] = []
        let verdict = proof.inclusion.check(hash, in: proof.checkpoint.claim.root)
        if verdict != .holds {
            found.append(Finding(.proofFails, index: proof.index, detail: "\(verdict)"))
        }
        found += findings(about: proof.checkpoint)
        found += findings(about: leaf, disclosures, proven: verdict == .holds)
        do throws(RecordFault) {
            let record = try Record(leaf: leaf)
            // A later schema may mean something else by members that only look like a place.
            let saysPlace = !record.isOfLaterSchema || LeafFacts.reading(record) != nil
            if saysPlace, let index = record.index, index != proof.index {
                found.append(
                    Finding(.wrongIndex, index: proof.index, detail: "it says \(index.value)"))
            }
            if saysPlace, let origin = record.origin,
                LogOrigin(origin) != proof.checkpoint.claim.origin
            {
                found.append(Finding(.wrongOrigin, index: proof.index, detail: origin))
            }
        } catch {
            // Reported already, with all faults of the leaf.
        }
        return ProofReport(
            facts: facts(of: proof) + [ProofReport.Fact("leaf_hash", hash.hash.base64)]
                + facts(of: leaf),
            findings: found)
    }

    private func facts(of proof: TlogProof) -> [ProofReport.Fact] {
        [
            ProofReport.Fact("origin", proof.checkpoint.claim.origin.text),
            ProofReport.Fact("index", proof.index.value),
            ProofReport.Fact("size", proof.checkpoint.claim.size.count),
            ProofReport.Fact("root", proof.checkpoint.claim.root.hash.base64),
        ]
    }

    private func facts(of leaf: [UInt8]) -> [ProofReport.Fact] {
        guard
            case .success(let record) = Result(catching: { () throws(RecordFault) in
                try Record(leaf: leaf)
            })
        else { return [] }
        let words = [
            ("uid", record.uid?.text), ("time", record.time?.rfc3339), ("action", record.action),
            ("actor", record.actor), ("request", request(record)), ("effect", record.word(.effect)),
        ].compactMap { name, value in value.map { ProofReport.Fact(name, $0) } }
        guard let status = record.status.flatMap({ UInt64(exactly: $0) }) else { return words }
        return words + [ProofReport.Fact("status", status)]
    }

    /// Method and route template; the path is sealed.
    private func request(_ record: Record) -> String? {
        guard let method = record.method else { return nil }
        return record.route.map { "\(method) \($0)" } ?? method
    }

    private func findings(about checkpoint: UnverifiedCheckpoint) -> [Finding] {
        guard let policy else { return [Finding(.noKey)] }
        switch checkpoint.verify(with: policy) {
        case .verified(let verified):
            let witnesses = verified.cosignatures.count
            guard witnesses < requiredWitnesses else { return policy.notes }
            return policy.notes
                + [Finding(.quorumNotMet, detail: "\(witnesses) of \(requiredWitnesses)")]
        case .refused(let refusal): return policy.notes + [refusal.finding(file: nil)]
        }
    }

    /// Why a leaf is not a record that this version knows.
    ///
    /// - Parameter proven: whether its proof holds; then a leaf of another kind is no sign of tampering.
    private static func faults(of leaf: [UInt8], proven: Bool) -> [Finding] {
        let faults = Record.faults(inLeaf: leaf)
        guard !faults.isEmpty else { return [] }
        if let schema = Record.laterSchema(ofLeaf: leaf) {
            return [
                Finding(.laterSchema, detail: "\(schema); this program knows \(RecordSchema.name)")
            ]
        }
        do throws(RecordFault) {
            let record = try Record(leaf: leaf)
            if proven, !record.isOurs { return [Finding(.foreignLeaves)] }
        } catch {
            if proven { return [Finding(.foreignLeaves, detail: error.text)] }
        }
        return faults.map { Finding(.notARecord, detail: $0.text) }
    }

    private func findings(
        about leaf: [UInt8], _ disclosures: [CommitGroup: DisclosedGroup], proven: Bool
    ) -> [Finding] {
        let faults = Self.faults(of: leaf, proven: proven)
        guard
            case .success(let record) = Result(catching: { () throws(RecordFault) in
                try Record(leaf: leaf)
            })
        else { return faults }
        let commitments = record.commitments
        return faults
            + disclosures.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap {
                group, disclosed in
                finding(about: disclosed, of: group, commitment: commitments[group])
            }
    }

    private func finding(
        about disclosed: DisclosedGroup, of group: CommitGroup, commitment: Hash256?
    ) -> Finding? {
        switch disclosed {
        case .matching(let salt, let value):
            // A number outside the canonical subset was never committed to.
            guard value.isCanonical,
                Disclosure.commitment(
                    group: group, salt: salt, value: CanonicalJSON.encode(value)) == commitment
            else { return Finding(.disclosureMismatch, detail: group.rawValue) }
            return nil
        case .mismatching: return Finding(.disclosureMismatch, detail: group.rawValue)
        case .missing: return Finding(.disclosureMissing, detail: group.rawValue)
        case .withheld, .erased: return nil
        }
    }
}

extension ProofReport {
    fileprivate func adding(_ more: [Finding]) -> ProofReport {
        ProofReport(facts: facts, findings: findings + more)
    }
}

extension JSONValue {
    /// Whether the value has a canonical form.
    fileprivate var isCanonical: Bool {
        switch self {
        case .object(let members): members.allSatisfy { $0.value.isCanonical }
        case .array(let items): items.allSatisfy(\.isCanonical)
        case .string, .integer, .bool: true
        case .number, .null: false
        }
    }
}
