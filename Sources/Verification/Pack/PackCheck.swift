// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Crypto
package import LogReading
internal import Merkle
package import SignedNotes

/// Judges an evidence pack offline, with nothing but keys that the caller trusts.
///
/// It goes on after each finding as far as what is left can be judged. Memory does not grow with the number of records.
package struct PackCheck: Sendable {
    private let policy: TrustPolicy?
    private let requiredWitnesses: Int
    private let remembered: UnverifiedCheckpoint?

    /// - Parameters:
    ///   - policy: nil leaves all signatures undecided.
    ///   - remembered: a checkpoint that the caller saw earlier.
    package init(
        policy: TrustPolicy?, requiredWitnesses: Int, remembered: UnverifiedCheckpoint?
    ) {
        self.policy = policy
        self.requiredWitnesses = requiredWitnesses
        self.remembered = remembered
    }

    /// - Parameter progress: told how many records were read, of how many.
    package func check(
        _ source: PackSource, progress: @escaping (VerificationProgress) -> Void
    ) throws(LogReadFailure) -> PackReport {
        var report = PackReport(policy: policy, findings: source.findings)
        for file in PackFile.whole where source.isTooLarge(file.name) {
            report.add(
                .unreadable, file, "it is larger than \(PackFormat.mostWholeBytes >> 20) MiB")
        }
        guard let bytes = try source.contents(PackFile.manifest.name) else {
            report.add(.absent, .manifest, "the pack has none, so nothing in it can be judged")
            return report
        }
        let manifest: PackManifest
        do throws(PackManifest.Fault) {
            manifest = try PackManifest(bytes)
        } catch {
            switch error {
            case .later(let why): report.cannotJudge = why
            case .malformed(let place):
                report.add(.unreadable, .manifest, "it is no manifest: \(place)")
            }
            return report
        }
        report.manifest = manifest
        try checkSignature(of: bytes, manifest, source, &report)
        try checkFiles(manifest, source, &report)
        guard let checkpoint = try checkpoint(manifest, source, &report) else { return report }
        try checkTrust(source, &report)
        try checkConsistency(checkpoint, source, &report)
        let erasures = try erasures(checkpoint, source, &report)
        try checkRecords(manifest, erasures, source, &report) { records in
            progress(
                VerificationProgress(records: records, total: manifest.count("records") ?? records))
        }
        return report
    }

    // MARK: Manifest and files

    private func checkSignature(
        of manifest: [UInt8], _ claim: PackManifest, _ source: PackSource,
        _ report: inout PackReport
    ) throws(LogReadFailure) {
        guard let bytes = try source.contents(PackFile.signature.name) else {
            return report.add(
                .notCovered, .manifest,
                "nobody has signed who asked, for what, and how much there is")
        }
        let note: SignedNote
        do throws(NoteFault) {
            note = try SignedNote(bytes)
        } catch {
            return report.add(.unreadable, .signature, "it is no signed note: \(error)")
        }
        let digest = Hex.encode(SHA256.hash(data: manifest))
        let expected = "\(PackFormat.name)\n\(claim.origin)\n\(digest)\n"
        guard note.text == Array(expected.utf8) else {
            return report.add(.changed, .manifest, "it is not the one that was signed")
        }
        let keys = policy?.logs.map(\.key).filter { $0.name.text == claim.origin } ?? []
        switch KnownKeys(keys).map({ note.verify(with: $0) }) {
        case .verified(let signatures): report.signers = signatures.map { "\($0.signer)" }
        case .invalidSignature(let signer):
            report.add(.changed, .signature, "the signature of \(signer) is wrong")
        case .noKnownSigner, nil:
            report.add(
                .notCovered, .signature,
                "no key that you trust has signed the manifest (\(Self.signers(of: note)))")
        }
    }

    private static func signers(of note: SignedNote) -> String {
        let names = note.signatures.map { "\($0.signer)" }
        return names.isEmpty ? "none has" : "signed by \(names.joined(separator: ", "))"
    }

    private func checkFiles(
        _ manifest: PackManifest, _ source: PackSource, _ report: inout PackReport
    ) throws(LogReadFailure) {
        var named: Set<String> = [PackFile.manifest.name, PackFile.signature.name]
        for file in manifest.files {
            named.insert(file.name)
            guard let entry = source.entries[file.name] else {
                report.add(.absent, file.name, "the manifest names it")
                continue
            }
            guard Int64(entry.range.count) == file.bytes else {
                report.add(
                    .changed, file.name, "\(entry.range.count) bytes instead of \(file.bytes)")
                continue
            }
            if try Self.digest(of: entry) != file.digest {
                report.add(.changed, file.name, "its digest is not that of the manifest")
            }
        }
        for name in source.entries.keys.sorted() where !named.contains(name) {
            report.add(.notCovered, name, "the manifest does not name it")
        }
        for required in PackFile.required(by: manifest.selection)
        where !named.contains(required.name) {
            report.add(.absent, required, "every pack has one, and the manifest names none")
        }
        if Hex.encode(SHA256.hash(data: manifest.files.contentText)) != manifest.content {
            report.add(.changed, .manifest, "`content` is not the digest of its files")
        }
    }

    private static func digest(of entry: PackSource.Entry) throws(LogReadFailure) -> String {
        let file = try ReadableFile(entry.path)
        var hash = SHA256()
        var at = entry.range.lowerBound
        while at < entry.range.upperBound {
            let end = min(entry.range.upperBound, at + 1 << 20)
            hash.update(data: try file.bytes(at..<end))
            at = end
        }
        return Hex.encode(hash.finalize())
    }

    // MARK: Checkpoint and keys

    private func checkpoint(
        _ manifest: PackManifest, _ source: PackSource, _ report: inout PackReport
    ) throws(LogReadFailure) -> UnverifiedCheckpoint? {
        guard let bytes = try source.contents(PackFile.checkpoint.name) else { return nil }
        let checkpoint: UnverifiedCheckpoint
        do throws(CheckpointReadFault) {
            checkpoint = try UnverifiedCheckpoint(bytes)
        } catch {
            report.add(.unreadable, .checkpoint, "it is no checkpoint: \(error)")
            return nil
        }
        let claim = checkpoint.claim
        if claim.origin.text != manifest.origin {
            report.add(.changed, .checkpoint, "it is of the log \(claim.origin)")
        }
        if claim.size != manifest.size || claim.root != manifest.root {
            report.add(
                .changed, .checkpoint,
                "it is of size \(claim.size.count), and the manifest of \(manifest.size.count)")
        }
        switch policy.map({ checkpoint.verify(with: $0) }) {
        case .verified(let verified):
            report.verified = verified
            report.witnesses = verified.cosignatures.count
            if verified.cosignatures.count < requiredWitnesses {
                report.add(
                    .notCovered, .checkpoint,
                    "\(verified.cosignatures.count) of \(requiredWitnesses) witnesses have cosigned"
                )
            }
        case .refused(.invalidSignature(let signer)):
            report.add(.changed, .checkpoint, "the signature of \(signer) is wrong")
        case .refused(.quorumNotMet):
            report.add(.notCovered, .checkpoint, "too few witnesses have cosigned")
        case .refused(.unknownOrigin), .refused(.notSignedByLog):
            report.add(
                .notCovered, .checkpoint,
                "no key that you trust has signed it (\(Self.signers(of: checkpoint.note)))")
        case nil:
            report.add(.notCovered, .checkpoint, "without a key, nothing tells whose log this is")
        }
        return checkpoint
    }

    /// The keys that the pack names are shown for comparison, and trusted for nothing.
    private func checkTrust(
        _ source: PackSource, _ report: inout PackReport
    ) throws(LogReadFailure) {
        guard let bytes = try source.contents(PackFile.trust.name) else { return }
        do throws(TrustPolicyFaults) {
            report.namedKeys = try TrustPolicy(bytes).logs.map(\.key)
        } catch {
            report.add(.unreadable, .trust, "\(error.faults.first.map { "\($0.kind)" } ?? "")")
        }
    }

    private func checkConsistency(
        _ checkpoint: UnverifiedCheckpoint, _ source: PackSource, _ report: inout PackReport
    ) throws(LogReadFailure) {
        let claim = checkpoint.claim
        if let remembered {
            let (seen, size) = (remembered.claim.size.count, claim.size.count)
            guard remembered.claim.origin == claim.origin else {
                return report.add(
                    .changed, .checkpoint,
                    "it is of another log than the one you remember, \(remembered.claim.origin)")
            }
            guard seen <= size else {
                report.notLedFrom = remembered.claim.size
                return report.add(
                    .notCovered, .checkpoint,
                    "it is older than the one you remember: \(size) records, and you saw \(seen)",
                    remedy: Self.olderRemedy)
            }
            if seen == size {
                report.isConsistent = remembered.claim.root == claim.root
                guard report.isConsistent else {
                    return report.add(
                        .changed, .checkpoint, "the one you remember has another root")
                }
            }
        }
        guard let bytes = try source.contents(PackFile.consistency.name) else {
            guard let seen = remembered?.claim.size, !report.isConsistent else { return }
            report.notLedFrom = seen
            // One that was taken out is absent already.
            let isNamed = report.manifest?.files.contains { $0.name == PackFile.consistency.name }
            guard isNamed != true else { return }
            return report.add(
                .notCovered, .consistency,
                "the pack was made without it, and does not show that the log continues the \(seen.count) records that you remember",
                remedy: Self.continuingRemedy(seen))
        }
        guard let proof = PackConsistency(bytes) else {
            return report.add(.unreadable, .consistency, "it is no proof and checkpoint")
        }
        let old = proof.checkpoint.claim
        let verdict = ConsistencyProof(old: old.size, new: claim.size, path: proof.path)
            .check(old: old.root, new: claim.root)
        guard verdict == .holds, old.origin == claim.origin else {
            return report.add(.changed, .consistency, "the log does not continue it: \(verdict)")
        }
        if report.isConsistent { return }
        if let remembered {
            guard remembered.claim == old else {
                guard remembered.claim.size != old.size else {
                    return report.add(
                        .changed, .consistency, "the one you remember has another root")
                }
                report.notLedFrom = remembered.claim.size
                return report.add(
                    .notCovered, .consistency,
                    "it leads from \(old.size.count) records, and not from the \(remembered.claim.size.count) that you remember",
                    remedy: Self.continuingRemedy(remembered.claim.size))
            }
            report.isConsistent = true
        } else if case .verified? = policy.map({ proof.checkpoint.verify(with: $0) }) {
            report.continues = old.size
        }
    }

    private static let olderRemedy =
        "Judge it without --state: it then says nothing of what you saw since. For what came later, ask for a newer pack."

    /// Only whoever has the log can make the proof that is wanted, from a checkpoint that only its receiver knows.
    private static func continuingRemedy(_ seen: TreeSize) -> String {
        "Send a copy of your file, which has the checkpoint of \(seen.count) records, to whoever makes the pack: "
            + "they make it again by the command in `7_repeat` of its manifest with `--remembered FILE`, instead of "
            + "any that is there, as `countersign log export --format pack --remembered FILE --out NEW`; over the auditor API, its text is the "
            + "parameter `remembered` of POST /api/v1/exports. Without --state, the pack is judged by itself; where you have "
            + "a copy of the log, `countersign verify consistency --old FILE --new CHECKPOINT --log COPY` compares the two."
    }
}

extension PackFile {
    /// Files that are read as a whole, and so cannot be large.
    static let whole: [PackFile] = [
        .manifest, .signature, .checkpoint, .trust, .range, .completeness, .consistency,
    ]

    /// What every pack has besides its manifest.
    static func required(by selection: PackSelection) -> [PackFile] {
        [
            .checkpoint, .completeness, .disclosures, .erasures, .policies, .trust, .guide,
            .records, selection == .all ? .range : .shared,
        ]
    }
}
