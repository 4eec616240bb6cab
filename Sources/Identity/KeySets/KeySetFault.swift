// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Why a JSON Web Key Set is rejected as a whole.
///
/// Public keys are not taken from a set that holds a secret: whoever published it has lost the
/// secret, and mixing kinds is how key confusion begins.
package enum KeySetFault: Error, Hashable, Sendable {
    package enum Entry: Error, Hashable, Sendable {
        /// `kty` is `oct`, or there is a `k`: a shared secret.
        case secretKey
        /// A member of a private key is present, e.g. `d`.
        case privateKey
    }

    case tooLarge
    case json(JSONFault)
    /// There is no array `keys`.
    case noKeys
    case tooManyKeys
    /// - Parameter index: position in `keys`, from zero.
    case entry(index: Int, Entry)
    /// Every entry was left out, for these reasons.
    case noUsableKey([KeySet.Note])

    /// One sentence for people, ending in what to do.
    package var message: String {
        switch self {
        case .tooLarge:
            "The key set is larger than 256 KiB; hand in only the issuer's signing keys."
        case .json(let fault):
            "The key set is not strict JSON at byte \(fault.offset) (\(fault.kind)); fetch it anew."
        case .noKeys:
            "The key set has no array \"keys\"; hand in a JSON Web Key Set (RFC 7517)."
        case .tooManyKeys:
            "The key set has more than 64 keys; hand in only the issuer's signing keys."
        case .noUsableKey(let notes):
            "The key set has no key for ES256, EdDSA or RS256"
                + (notes.first.map { " (key \($0.index) is left out: \($0.cause.rawValue))" } ?? "")
                + "; ask the issuer for its signing keys."
        case .entry(let index, let fault): "Key \(index) of the key set \(fault.message)"
        }
    }
}

extension KeySetFault.Entry {
    fileprivate var message: String {
        switch self {
        case .secretKey: "is a shared secret; replace it, and hand in public keys only."
        case .privateKey: "is a private key; replace it, and hand in public keys only."
        }
    }
}
