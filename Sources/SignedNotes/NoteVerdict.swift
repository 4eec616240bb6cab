// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Crypto

/// The result of checking a note's signatures.
package enum NoteVerdict: Hashable, Sendable {
    /// All signatures of known keys are valid, and there is at least one; in the order of their lines.
    case verified([VerifiedSignature])
    /// A known key's signature is wrong, so the whole note is rejected whatever the others are.
    case invalidSignature(SignerID)
    /// No signature is of a known key.
    case noKnownSigner
}

/// A signature that was checked and found valid.
package struct VerifiedSignature: Hashable, Sendable {
    package let signer: SignerID
    package let type: SignatureType
    /// When a cosigner signed; nil for types without time.
    package let time: CosignatureTime?

    init(signer: SignerID, type: SignatureType, time: CosignatureTime?) {
        self.signer = signer
        self.type = type
        self.time = time
    }
}

extension SignedNote {
    /// Checks the signatures of known keys and ignores all others (C2SP signed-note).
    ///
    /// Only the first line of each signer counts. Costs one Ed25519 verification per known signer.
    package func verify(with known: KnownKeys) -> NoteVerdict {
        var valid: [VerifiedSignature] = []
        var seen: Set<SignerID> = []
        for signature in signatures {
            guard let key = known[signature.signer], seen.insert(signature.signer).inserted else {
                continue
            }
            guard let checked = key.check(signature.bytes, over: text) else {
                return .invalidSignature(signature.signer)
            }
            valid.append(checked)
        }
        return valid.isEmpty ? .noKnownSigner : .verified(valid)
    }
}

extension NoteVerifierKey {
    /// The checked signature, or nil if it is not by this key over this text.
    func check(_ bytes: [UInt8], over text: [UInt8]) -> VerifiedSignature? {
        switch material {
        case .ed25519(let key):
            guard key.isValidSignature(bytes, for: text) else { return nil }
            return VerifiedSignature(signer: signer, type: type, time: nil)
        case .cosignature(let key):
            guard let cosignature = Cosignature(bytes),
                key.isValidSignature(
                    cosignature.signature,
                    for: Cosignature.message(over: text, at: cosignature.time))
            else { return nil }
            return VerifiedSignature(signer: signer, type: type, time: cosignature.time)
        case .unknown: return nil
        }
    }
}
