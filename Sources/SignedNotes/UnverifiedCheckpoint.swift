// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// A checkpoint as it was received: parsed, and not yet trusted.
package struct UnverifiedCheckpoint: Hashable, Sendable {
    package let note: SignedNote
    /// What the note claims.
    package let claim: Checkpoint

    /// Reads a signed note whose text is a checkpoint.
    package init(_ bytes: [UInt8]) throws(CheckpointReadFault) {
        do {
            note = try SignedNote(bytes)
        } catch {
            throw .note(error)
        }
        do {
            claim = try Checkpoint(text: note.text)
        } catch {
            throw .checkpoint(error)
        }
    }

    /// Reads what is kept as text in a larger file, or sent; nil where that is no checkpoint.
    package init?(text: String) {
        do throws(CheckpointReadFault) {
            self = try Self(Array(text.utf8))
        } catch {
            return nil
        }
    }

    /// Checks origin, signatures and quorum.
    ///
    /// This says nothing about the tree: that the root is that of the leaves is for proofs to show.
    package func verify(with policy: TrustPolicy) -> CheckpointVerdict {
        let logKeys = policy.logs.map(\.key).filter {
            LogOrigin($0.name) == claim.origin
        }
        guard !logKeys.isEmpty else { return .refused(.unknownOrigin) }
        let valid: [VerifiedSignature]
        switch note.verify(with: policy.knownKeys) {
        case .verified(let signatures): valid = signatures
        case .invalidSignature(let signer): return .refused(.invalidSignature(signer))
        case .noKnownSigner: return .refused(.notSignedByLog)
        }
        let logSigners = Set(logKeys.map(\.signer))
        let byLog = valid.filter { logSigners.contains($0.signer) }
        guard !byLog.isEmpty else { return .refused(.notSignedByLog) }
        let witnesses = Set(policy.witnesses.map(\.key.signer))
        let byWitnesses = valid.filter { witnesses.contains($0.signer) }
        guard policy.quorum.isMet(by: Set(byWitnesses.map(\.signer))) else {
            return .refused(.quorumNotMet)
        }
        return .verified(
            VerifiedCheckpoint(
                checkpoint: claim, note: note, logSignatures: byLog, cosignatures: byWitnesses))
    }
}

/// A checkpoint whose origin, signatures and quorum satisfied a ``TrustPolicy``; only
/// ``UnverifiedCheckpoint/verify(with:)`` makes one.
package struct VerifiedCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    package let note: SignedNote
    /// Valid signatures of the log's keys, at least one.
    package let logSignatures: [VerifiedSignature]
    /// Valid signatures of the policy's witnesses, each with its time.
    package let cosignatures: [VerifiedSignature]

    fileprivate init(
        checkpoint: Checkpoint, note: SignedNote, logSignatures: [VerifiedSignature],
        cosignatures: [VerifiedSignature]
    ) {
        self.checkpoint = checkpoint
        self.note = note
        self.logSignatures = logSignatures
        self.cosignatures = cosignatures
    }

    package var origin: LogOrigin { checkpoint.origin }
    package var size: TreeSize { checkpoint.size }
    package var root: RootHash { checkpoint.root }
}

/// The result of checking a checkpoint.
package enum CheckpointVerdict: Hashable, Sendable {
    case verified(VerifiedCheckpoint)
    case refused(CheckpointRefusal)
}

/// Why a checkpoint is not trusted.
package enum CheckpointRefusal: Hashable, Sendable {
    /// No known log has this origin.
    case unknownOrigin
    /// A known key's signature is wrong.
    case invalidSignature(SignerID)
    /// No known key of the log has signed.
    case notSignedByLog
    /// Too few witnesses have cosigned.
    case quorumNotMet
}

/// Why bytes are not a signed checkpoint.
package enum CheckpointReadFault: Error, Hashable, Sendable {
    case note(NoteFault)
    case checkpoint(CheckpointFault)
}
