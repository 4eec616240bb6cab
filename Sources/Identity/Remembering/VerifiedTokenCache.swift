// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// What event loops remember of tokens and API keys that they have verified.
///
/// One cache belongs to one event loop; it has no lock. A hit costs one SipHash over the token, one
/// comparison of its bytes and no allocation. Only accepted ones are kept, so that nobody can fill
/// it without valid ones. When it is full, a clock hand goes over the entries: one that was used
/// since the last pass stays, the first one that was not is dropped.
///
/// An entry ends with its token (`exp`, without clock skew) or with the generation of its source,
/// whichever comes first. Keys removed from a key set therefore stop working at the reload, and
/// tokens of other issuers need not be verified again.
///
/// Values are objects, and entries have the same type for all of them: a generic of another module
/// is not specialised, and would look up their layout at each hit.
package final class VerifiedTokenCache<Value: AnyObject> {
    private let mostEntries: Int
    private let mostBytes: Int
    /// Keeps hashes unpredictable even if the process runs with deterministic hashing.
    private let seed: UInt64
    private var generations: CredentialGenerations
    private var entries: [RememberedCredential] = []
    private var positions: [Int: Int] = [:]
    private var hand = 0

    /// Bytes of all tokens held.
    package private(set) var byteCount = 0

    /// - Parameters:
    ///   - mostEntries: at least one.
    ///   - mostBytes: for all tokens together; a longer token is not kept.
    package init(
        mostEntries: Int, mostBytes: Int, generations: CredentialGenerations,
        random: inout some RandomNumberGenerator
    ) {
        precondition(mostEntries > 0, "BoundedCache: a token cache holds at least one entry")
        self.mostEntries = mostEntries
        self.mostBytes = mostBytes
        self.generations = generations
        seed = random.next()
    }

    /// How many tokens are held.
    package var count: Int { entries.count }

    /// What was kept for exactly these bytes in this form, or nil.
    package func find(
        _ token: Span<UInt8>, as form: ShownCredential.Form, now: UTCInstant
    ) -> RememberedCredential? {
        guard let position = positions[hash(of: token)] else { return nil }
        let entry = entries[position]
        if entry.holds(token, as: form, now: now) { return entry }
        if now >= entry.until { remove(at: position) }
        return nil
    }

    /// What was kept with a credential of this cache.
    package func value(of credential: RememberedCredential) -> Value {
        guard let value = credential.value as? Value else {
            preconditionFailure("OneKindOfValue: a token cache holds what it was given")
        }
        return value
    }

    /// Keeps a value for a credential that was verified.
    ///
    /// - Parameters:
    ///   - generation: of the source when it was verified; nothing is kept if that is no longer in
    ///     force.
    ///   - until: not kept from then on.
    /// - Returns: what was kept.
    @discardableResult
    package func keep(
        _ value: Value, for token: Span<UInt8>, as form: ShownCredential.Form,
        from source: CredentialSource, generation: SourcesGeneration?, until: UTCInstant,
        now: UTCInstant
    ) -> RememberedCredential? {
        guard let generation, generation == generations[source], token.count <= mostBytes,
            now < until
        else { return nil }
        let hash = hash(of: token)
        if let position = positions[hash] { remove(at: position) }
        while entries.count >= mostEntries || byteCount + token.count > mostBytes { evict() }
        let entry = RememberedCredential(
            [UInt8](copying: token), as: form, hash: hash, value: value, from: source,
            generation: generation, until: until)
        positions[hash] = entries.count
        entries.append(entry)
        byteCount += token.count
        return entry
    }

    /// Adopts other sources: what was verified by one that has changed is forgotten.
    ///
    /// Goes through all entries once, about a millisecond for ten thousand.
    package func adopt(_ generations: CredentialGenerations) {
        self.generations = generations
        forget { generations[$0.source] != $0.generation }
    }

    /// Forgets everything, because values were made from what is no longer in force.
    package func forgetAll() { forget { _ in true } }

    private func forget(where isOver: (RememberedCredential) -> Bool) {
        // From the end: the last entry, already checked, takes the place of a removed one.
        for position in entries.indices.reversed() where isOver(entries[position]) {
            remove(at: position)
        }
    }

    private func hash(of token: Span<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(seed)
        unsafe token.withUnsafeBytes { bytes in
            // Safe: the buffer is valid during the call, and the hasher does not keep it.
            unsafe hasher.combine(bytes: bytes)
        }
        return hasher.finalize()
    }

    /// Ends after at most two passes, because the first clears every mark.
    private func evict() {
        while true {
            if hand >= entries.count { hand = 0 }
            guard entries[hand].wasUsed else { return remove(at: hand) }
            entries[hand].wasUsed = false
            hand += 1
        }
    }

    /// The last entry takes the place, so that there are no gaps.
    private func remove(at position: Int) {
        let entry = entries[position]
        entry.isForgotten = true
        positions[entry.hash] = nil
        byteCount -= entry.bytes.count
        let last = entries.removeLast()
        guard position < entries.count else { return }
        entries[position] = last
        positions[last.hash] = position
    }
}

@available(*, unavailable)
extension VerifiedTokenCache: Sendable {}
