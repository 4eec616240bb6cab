// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel

/// The public keys of an issuer, from a JSON Web Key Set (RFC 7517 §5).
package struct KeySet: Sendable {
    /// An entry of the set that is not used, and why; for `check` and `doctor` to show.
    package struct Note: Hashable, Sendable {
        package enum Cause: String, Hashable, Sendable {
            case unknownType = "its key type is not known"
            case unknownCurve = "its curve is not supported"
            case otherAlgorithm = "it is meant for an algorithm that is not supported"
            case otherUse = "it is not meant for signatures"
            case weakModulus = "its modulus has fewer than 2048 bits or more than 8192"
        }

        /// Position in `keys`, from zero.
        package var index: Int
        package var cause: Cause

        package init(index: Int, cause: Cause) {
            self.index = index
            self.cause = cause
        }
    }

    struct Entry: Sendable {
        var id: String?
        var key: VerificationKey
    }

    /// Entries that were left out.
    package let notes: [Note]
    private let byID: [String: VerificationKey]
    private let byAlgorithm: [TokenAlgorithm: [VerificationKey]]

    /// `entries` have no id twice.
    init(_ entries: [Entry], notes: [Note]) {
        self.notes = notes
        var byID: [String: VerificationKey] = [:]
        for entry in entries {
            if let id = entry.id { byID[id] = entry.key }
        }
        self.byID = byID
        byAlgorithm = Dictionary(grouping: entries.map(\.key), by: \.algorithm)
    }

    /// How many keys can verify signatures.
    package var count: Int { byAlgorithm.values.reduce(0) { $0 + $1.count } }

    /// The ids of usable keys, sorted.
    package var ids: [String] { byID.keys.sorted() }

    /// The key that a header asks for.
    ///
    /// An id is looked up and nothing else is done with it. Without an id the key must be plain: the
    /// only one of its algorithm.
    func key(id: String?, for algorithm: TokenAlgorithm) throws(TokenRefusal) -> VerificationKey {
        guard let id else {
            guard let keys = byAlgorithm[algorithm], keys.count == 1 else {
                throw TokenRefusal(.tokenUnknownKey)
            }
            return keys[0]
        }
        guard let key = byID[id] else { throw TokenRefusal(.tokenUnknownKey) }
        guard key.algorithm == algorithm else { throw TokenRefusal(.tokenAlgorithm) }
        return key
    }
}
