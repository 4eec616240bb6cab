// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading
internal import Merkle
internal import SignedNotes

/// Checks the checkpoints of a log: form, signatures and order, and that their roots match the records.
struct CheckpointAudit {
    private let found: [FoundCheckpoint]
    private let published: FoundCheckpoint?
    private let newest: UnverifiedCheckpoint?
    private(set) var findings = FindingList()
    /// The largest checkpoint that the policy accepts.
    private(set) var verified: VerifiedCheckpoint?
    /// Checkpoints that the policy accepts, by their place among those found.
    private var believed: [(place: Int, checkpoint: VerifiedCheckpoint)] = []
    /// Places of checkpoints that no known key has signed.
    private var unsigned: [Int] = []
    /// What was seen of the log before. Like the log's own checkpoints, it shows which records can be believed: an
    /// export has only one checkpoint, which may be signed by a later key.
    private let remembered: UnverifiedCheckpoint?

    init(
        _ files: [FoundCheckpoint], published: FoundCheckpoint?, newest: UnverifiedCheckpoint?,
        remembered: UnverifiedCheckpoint?
    ) {
        found = files
        self.published = published
        self.newest = newest
        self.remembered = remembered
    }

    var count: Int { found.count }

    /// The sizes that any readable checkpoint claims.
    var sizes: [UInt64] { found.compactMap { $0.checkpoint?.claim.size.count } }

    /// How many of the policy's witnesses have cosigned the published checkpoint.
    private(set) var publishedWitnesses = 0

    /// Checks form and order.
    mutating func checkForm() {
        if newest == nil { findings.report(Finding(.noCheckpoint)) }
        var last: (file: String, size: TreeSize)?
        for item in found {
            switch item.content {
            case .failure(let fault):
                findings.report(
                    Finding(
                        .checkpointUnreadable, file: item.file,
                        detail: "number \(item.position): \(fault)"))
            case .success(let checkpoint):
                if let excess = item.excess {
                    findings.report(Finding(.trailingBytes, file: item.file, offset: excess))
                }
                let size = checkpoint.claim.size
                if checkpoint.claim.origin != newest?.claim.origin {
                    findings.report(
                        Finding(
                            .wrongOrigin, file: item.file, detail: "size \(size.count)"))
                }
                if let last, last.file == item.file, size <= last.size {
                    findings.report(
                        Finding(
                            .checkpointsNotGrowing, file: item.file,
                            detail: "\(size.count) after \(last.size.count)"))
                }
                last = (item.file, size)
            }
        }
    }

    /// Checks all signatures, several at a time; ``settle(_:roots:policy:jobs:)`` gives the result.
    mutating func checkSignatures(_ policy: TrustPolicy?, jobs: Int) async {
        guard let policy else {
            findings.report(Finding(.noKey))
            return
        }
        let readable = found.indices.filter { found[$0].checkpoint != nil }
        await check(readable, with: policy, jobs: jobs)
    }

    private mutating func check(
        _ places: [Int], with policy: TrustPolicy, jobs: Int
    ) async {
        var parts: [Int: [CheckpointVerdict]] = [:]
        let found = found
        let step = max(1, min(256, places.count / max(jobs, 1) + 1))
        await withTaskGroup(of: (Int, [CheckpointVerdict]).self) { group in
            for start in stride(from: 0, to: places.count, by: step) {
                group.addTask {
                    let part = places[start..<min(start + step, places.count)]
                    return (start, part.compactMap { found[$0].checkpoint?.verify(with: policy) })
                }
            }
            for await (start, verdicts) in group { parts[start] = verdicts }
        }
        let verdicts = parts.sorted { $0.key < $1.key }.flatMap(\.value)
        for (place, verdict) in zip(places, verdicts) { take(verdict, at: place) }
    }

    private mutating func take(_ verdict: CheckpointVerdict, at place: Int) {
        let item = found[place]
        let size = item.checkpoint.map { "size \($0.claim.size.count)" }
        switch verdict {
        case .verified(let checkpoint):
            believed.append((place, checkpoint))
        case .refused(.invalidSignature(let signer)):
            findings.report(
                Finding(
                    .checkpointForged, file: item.file,
                    detail: [size, "\(signer)"].compactMap(\.self).joined(separator: ", ")))
        case .refused(.unknownOrigin):
            findings.report(Finding(.unknownLog, file: item.file, detail: size))
        case .refused(.notSignedByLog):
            unsigned.append(place)
        case .refused(.quorumNotMet):
            // Only what is published is cosigned; the others are the log's own word.
            if isPublished(item) {
                findings.report(Finding(.quorumNotMet, file: item.file, detail: size))
            }
        }
    }

    /// Follows the keys that the log itself names, and checks that every signature falls within its key's term.
    ///
    /// A key named by a record is believed if a checkpoint that is already believed covers the record and has the
    /// root of the records. So one known key leads to those after it, and to those before.
    mutating func settle(
        _ keys: SigningKeys, roots: [UInt64: RootHash], policy: TrustPolicy?, jobs: Int
    ) async {
        guard var policy else { return }
        var known = Set(policy.logs.map(\.key.signer))
        while !unsigned.isEmpty, !keys.isEmpty {
            let fresh = keys.keys(of: newest?.claim.origin, below: covered(roots, policy))
                .filter { known.insert($0.signer).inserted }
            guard !fresh.isEmpty, let wider = policy.adding(logKeys: fresh) else { break }
            policy = wider
            let places = unsigned
            unsigned = []
            await check(places, with: policy, jobs: jobs)
        }
        for place in unsigned {
            report(.notSignedByLog, at: place)
        }
        let covered = covered(roots, policy)
        let fresh = keys.keys(of: newest?.claim.origin, below: covered)
            .filter { known.insert($0.signer).inserted }
        let wider = fresh.isEmpty ? policy : policy.adding(logKeys: fresh) ?? policy
        func isInTerm(_ checkpoint: VerifiedCheckpoint) -> Bool {
            checkpoint.logSignatures.contains {
                keys.mayBeSigned(checkpoint.size.count, by: $0.signer, covered: covered)
            }
        }
        for (place, checkpoint) in believed {
            if let signer = spoiltSigner(of: checkpoint, keys, with: wider, covered: covered) {
                report(.checkpointForged, at: place, detail: "\(signer)")
                continue
            }
            if !isInTerm(checkpoint) {
                // A retired key may have signed together with one that only the log names.
                guard case .verified(let again)? = found[place].checkpoint?.verify(with: wider),
                    isInTerm(again)
                else {
                    report(.keyOutOfTerm, at: place)
                    continue
                }
            }
            if verified.map({ $0.size < checkpoint.size }) ?? true { verified = checkpoint }
            if isPublished(found[place]) { publishedWitnesses = checkpoint.cosignatures.count }
        }
    }

    /// Whose signature of a believed checkpoint was changed; nil if none.
    ///
    /// The checkpoint was believed for the keys known by then; the log has named others since. Lines of unknown keys
    /// are ignored, as anybody may cosign, but not a log's kind of signature where one of this log's is missing.
    private func spoiltSigner(
        of checkpoint: VerifiedCheckpoint, _ keys: SigningKeys, with policy: TrustPolicy,
        covered: UInt64
    ) -> SignerID? {
        let lines = Set(checkpoint.note.signatures.map(\.signer))
        let checked = checkpoint.logSignatures + checkpoint.cosignatures
        guard lines != Set(checked.map(\.signer)) else { return nil }
        let known = policy.knownKeys
        if case .invalidSignature(let signer) = checkpoint.note.verify(with: known) {
            return signer
        }
        let isStrange = checkpoint.note.signatures.contains {
            known[$0.signer] == nil && $0.bytes.count == NoteSigner.signatureLength
        }
        guard isStrange else { return nil }
        return keys.signers(of: checkpoint.size.count, covered: covered)
            .first { !lines.contains($0) }
    }

    /// How many records are covered by believed checkpoints, including the remembered one.
    private func covered(_ roots: [UInt64: RootHash], _ policy: TrustPolicy) -> UInt64 {
        var checkpoints = believed.map(\.checkpoint)
        if case .verified(let seen)? = remembered?.verify(with: policy) { checkpoints.append(seen) }
        return
            checkpoints
            .filter { roots[$0.size.count] == $0.root }.map(\.size.count).max() ?? 0
    }

    private mutating func report(_ code: FindingCode, at place: Int, detail: String? = nil) {
        let size = found[place].checkpoint.map { "size \($0.claim.size.count)" }
        let parts = [size, detail].compactMap(\.self)
        findings.report(
            Finding(
                code, file: found[place].file,
                detail: parts.isEmpty ? nil : parts.joined(separator: ", ")))
    }

    private func isPublished(_ item: FoundCheckpoint) -> Bool {
        item.file == published?.file && item.position == published?.position
    }

    /// Compares the signed roots with those of the records.
    mutating func checkRoots(_ roots: [UInt64: RootHash], size: TreeSize) {
        var lastGood: TreeSize?
        var isReported = false
        let readable = found.compactMap { item in
            item.checkpoint.map { (item, $0.claim) }
        }.sorted { $0.1.size < $1.1.size }
        for (item, claim) in readable {
            guard let root = roots[claim.size.count] else { continue }
            if root == claim.root {
                if !isReported { lastGood = claim.size }
                continue
            }
            let place =
                isReported
                ? "size \(claim.size.count)"
                : "size \(claim.size.count), the damage is from record "
                    + "\(lastGood?.count ?? 0) to \(claim.size.count - min(1, claim.size.count))"
            findings.report(Finding(.rootMismatch, file: item.file, detail: place))
            isReported = true
        }
    }
}
