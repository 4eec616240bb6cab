// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Merkle
internal import SignedNotes

/// The signing keys that a log itself names in `key.rotate` and `key.retire`, and where each begins and ends.
///
/// A key is valid by position in the log, never by date. What records say counts only if they are covered by a
/// checkpoint that is believed without them.
struct SigningKeys: Sendable {
    /// One key, as records describe it.
    private struct Term: Sendable {
        let key: NoteVerifierKey
        /// The first record that names it.
        let named: UInt64
        /// The record that introduces it; nil for a key that signed before any record named keys.
        var since: UInt64?
        /// The record that retires it.
        var until: UInt64?
    }

    private var terms: [SignerID: Term] = [:]

    var isEmpty: Bool { terms.isEmpty }

    /// Takes note of a record; only those about keys count.
    mutating func take(_ record: Record, at index: LeafIndex) {
        guard let facts = SigningFacts(record) else { return }
        // The new key is also in the list of those that sign; it begins here.
        let signer = note(facts.key, at: index, isNew: facts.change == .rotate)
        for text in facts.keys { _ = note(text, at: index, isNew: false) }
        guard facts.change == .retire, let signer, terms[signer]?.until == nil else { return }
        terms[signer]?.until = index.value
    }

    private mutating func note(_ text: String, at index: LeafIndex, isNew: Bool) -> SignerID? {
        guard
            // A kind of key from a later version.
            case .success(let key) = Result(catching: { () throws(VerifierKeyFault) in
                try NoteVerifierKey(text)
            })
        else { return nil }
        if terms[key.signer] == nil {
            terms[key.signer] = Term(
                key: key, named: index.value, since: isNew ? index.value : nil)
        }
        return key.signer
    }

    /// Keys of an origin that are named by records below a size.
    func keys(of origin: LogOrigin?, below size: UInt64) -> [NoteVerifierKey] {
        terms.values.filter { $0.named < size && LogOrigin($0.key.name) == origin }.map(\.key)
    }

    /// Whether a key may sign a checkpoint of this size: after the record that introduces it, and not after the one
    /// that retires it. Keys that no record names may sign anything.
    ///
    /// - Parameter covered: records from here on are not believed yet.
    func mayBeSigned(_ size: UInt64, by signer: SignerID, covered: UInt64) -> Bool {
        guard let term = terms[signer], term.named < covered else { return true }
        if let since = term.since, since < covered, size <= since { return false }
        if let until = term.until, until < covered, size > until + 1 { return false }
        return true
    }

    /// The keys that sign every checkpoint of this size: between two changes one, during a change two.
    ///
    /// - Parameter covered: records from here on are not believed yet.
    func signers(of size: UInt64, covered: UInt64) -> [SignerID] {
        terms.filter { _, term in
            guard term.named < covered, size <= covered else { return false }
            // The record that introduces a key is still signed by the others alone.
            if let since = term.since, size <= since + 1 { return false }
            return term.until.map { size <= $0 + 1 } ?? true
        }.map(\.key)
    }
}
