// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel

/// The public keys of an issuer, from a JSON Web Key Set (RFC 7517 §5).
package struct KeySet: Equatable, Sendable {
    /// An unused entry of the set, and why; for `check`, `doctor` and the server's messages.
    package struct Note: Hashable, Sendable {
        package enum Cause: String, Hashable, Sendable {
            case notAnObject = "it is no object"
            case malformed = "a member is missing or has no valid value"
            case notAKey = "its numbers are no public key"
            case weakPoint = "its point is one under which anybody can sign"
            case unknownType = "its key type is not known"
            case unknownCurve = "its curve is not supported"
            case otherAlgorithm = "it is meant for an algorithm that is not supported"
            case otherUse = "it is not meant for signatures"
            case weakModulus = "its modulus is weak, or has fewer than 2048 bits or more than 8192"
            case repeated = "it stands in the set twice"
            case ambiguous = "another key has its kid and algorithm"
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
        /// Position in `keys`, from zero.
        var index: Int
        var id: String?
        var key: VerificationKey
    }

    /// What a header may ask for: the same id may name keys of several algorithms (RFC 7517 §4.5).
    private struct Name: Hashable {
        var id: String
        var algorithm: TokenAlgorithm
    }

    /// Entries that were left out, in order.
    package let notes: [Note]
    private let byName: [Name: VerificationKey]
    private let byAlgorithm: [TokenAlgorithm: [VerificationKey]]

    /// Collects the usable entries: a repeated one counts once, and of two that a token could not
    /// distinguish neither is used.
    init(_ entries: [Entry], notes: [Note]) {
        var notes = notes
        var kept: [Entry] = []
        for entry in entries {
            if kept.contains(where: { $0.id == entry.id && $0.key == entry.key }) {
                notes.append(Note(index: entry.index, cause: .repeated))
            } else {
                kept.append(entry)
            }
        }
        let ambiguous = Dictionary(grouping: kept.filter { $0.id != nil }) { entry in
            Name(id: entry.id ?? "", algorithm: entry.key.algorithm)
        }.values.filter { $0.count > 1 }.joined().map(\.index)
        notes += ambiguous.map { Note(index: $0, cause: .ambiguous) }
        kept.removeAll { ambiguous.contains($0.index) }
        var byName: [Name: VerificationKey] = [:]
        for entry in kept {
            guard let id = entry.id else { continue }
            byName[Name(id: id, algorithm: entry.key.algorithm)] = entry.key
        }
        self.notes = notes.sorted { $0.index < $1.index }
        self.byName = byName
        byAlgorithm = Dictionary(grouping: kept.map(\.key), by: \.algorithm)
    }

    /// How many keys can verify signatures.
    package var count: Int { byAlgorithm.values.reduce(0) { $0 + $1.count } }

    /// The ids of usable keys, sorted.
    package var ids: [String] { Set(byName.keys.map(\.id)).sorted() }

    /// Whether any key can verify signatures of one of these algorithms.
    package func canVerify(_ algorithms: Set<TokenAlgorithm>) -> Bool {
        algorithms.contains { byAlgorithm[$0] != nil }
    }

    /// The key that a header asks for.
    ///
    /// An id is only looked up. Without an id the key must be unambiguous: the only one of its
    /// algorithm.
    func key(id: String?, for algorithm: TokenAlgorithm) throws(TokenRefusal) -> VerificationKey {
        guard let id else {
            guard let keys = byAlgorithm[algorithm], keys.count == 1 else {
                throw TokenRefusal(.tokenUnknownKey)
            }
            return keys[0]
        }
        if let key = byName[Name(id: id, algorithm: algorithm)] { return key }
        let isOfAnother = TokenAlgorithm.allCases.contains {
            byName[Name(id: id, algorithm: $0)] != nil
        }
        throw TokenRefusal(isOfAnother ? .tokenAlgorithm : .tokenUnknownKey)
    }
}
