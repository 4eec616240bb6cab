// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Merkle
internal import SignedNotes

/// The keys that a log itself says it is signed with, and from where to where, by `key.rotate` and `key.retire`.
///
/// A key is good by position in the log, never by date. What records say counts for something only where a checkpoint
/// covers them that is believed without them.
struct SigningKeys: Sendable {
    /// One key, as records tell of it.
    private struct Term: Sendable {
        let key: NoteVerifierKey
        /// The first record that names it in any way.
        let named: UInt64
        /// The record that has it begin; nil for one that signed before any record spoke of keys.
        var since: UInt64?
        /// The record that has it end.
        var until: UInt64?
    }

    private var terms: [SignerID: Term] = [:]

    var isEmpty: Bool { terms.isEmpty }

    /// Takes what a record says; records of other actions say nothing.
    mutating func take(_ record: Record, at index: LeafIndex) {
        guard let facts = SigningFacts(record) else { return }
        // The key that comes is in the list of those that sign, too, and begins here.
        let signer = note(facts.key, at: index, isNew: facts.change == .rotate)
        for text in facts.keys { _ = note(text, at: index, isNew: false) }
        guard facts.change == .retire, let signer, terms[signer]?.until == nil else { return }
        terms[signer]?.until = index.value
    }

    private mutating func note(_ text: String, at index: LeafIndex, isNew: Bool) -> SignerID? {
        guard
            // A kind of key that a later version knows.
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

    /// Keys of an origin that records below a size name.
    func keys(of origin: LogOrigin?, below size: UInt64) -> [NoteVerifierKey] {
        terms.values.filter { $0.named < size && LogOrigin($0.key.name) == origin }.map(\.key)
    }

    /// Whether a key may sign a checkpoint of this size: behind the record that has it begin, and not behind the one
    /// that has it end. Keys that no record speaks of may sign anything.
    ///
    /// - Parameter covered: records from here on are not believed yet.
    func mayBeSigned(_ size: UInt64, by signer: SignerID, covered: UInt64) -> Bool {
        guard let term = terms[signer], term.named < covered else { return true }
        if let since = term.since, since < covered, size <= since { return false }
        if let until = term.until, until < covered, size > until + 1 { return false }
        return true
    }
}
