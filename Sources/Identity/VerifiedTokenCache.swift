// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Counts configurations of identity sources: what was verified under one says nothing under another.
package struct SourcesGeneration: Hashable, Sendable {
    package var number: UInt64

    package init(_ number: UInt64) { self.number = number }
}

/// What event loops know of tokens that they have verified already.
///
/// One cache belongs to one event loop; it has no lock. A hit costs one SipHash over the token, one
/// comparison of its bytes and no allocation. Only accepted tokens are kept, so that nobody can
/// fill it without valid ones. When it is full, a clock hand passes over the entries: one that was
/// used since the last pass stays, the next one that was not goes.
///
/// An entry ends with its token (`exp`, without clock skew) or with the ``SourcesGeneration``, whichever
/// comes first. Keys that are taken out of a key set therefore stop working at the reload.
///
/// Values are objects, and entries the same type for all kinds of them: a generic of another module is
/// not specialised, and would look their layout up at each hit.
package final class VerifiedTokenCache<Value: AnyObject> {
    private let mostEntries: Int
    private let mostBytes: Int
    /// Keeps hashes unforeseeable even where the process runs with deterministic hashing.
    private let seed: UInt64
    private var generation: SourcesGeneration
    private var entries: [RememberedToken] = []
    private var positions: [Int: Int] = [:]
    private var hand = 0

    /// Bytes of all tokens held.
    package private(set) var byteCount = 0

    /// - Parameters:
    ///   - mostEntries: at least one.
    ///   - mostBytes: for all tokens together; a longer token is not kept.
    package init(
        mostEntries: Int, mostBytes: Int, generation: SourcesGeneration,
        random: inout some RandomNumberGenerator
    ) {
        precondition(mostEntries > 0, "BoundedCache: a token cache holds at least one entry")
        self.mostEntries = mostEntries
        self.mostBytes = mostBytes
        self.generation = generation
        seed = random.next()
    }

    /// How many tokens are held.
    package var count: Int { entries.count }

    /// What was kept for exactly these bytes, or nil.
    ///
    /// - Parameter generation: of the sources in force; another one than before empties the cache.
    package func value(
        for token: Span<UInt8>, generation: SourcesGeneration, now: UTCInstant
    ) -> Value? {
        adopt(generation)
        let hash = hash(of: token)
        guard let position = positions[hash], holds(token, at: position) else { return nil }
        guard now < entries[position].until else {
            remove(at: position)
            return nil
        }
        if !entries[position].wasUsed { entries[position].wasUsed = true }
        guard let value = entries[position].value as? Value else {
            preconditionFailure("OneKindOfValue: a token cache holds what it was given")
        }
        return value
    }

    /// Keeps a value for a token that was verified under these sources.
    ///
    /// - Parameter until: ``AccessModel/VerifiedIdentity/reusableUntil``; not kept once that has come.
    package func keep(
        _ value: Value, for token: Span<UInt8>, until: UTCInstant, generation: SourcesGeneration,
        now: UTCInstant
    ) {
        adopt(generation)
        guard token.count <= mostBytes, now < until else { return }
        let hash = hash(of: token)
        if let position = positions[hash] { remove(at: position) }
        while entries.count >= mostEntries || byteCount + token.count > mostBytes { evict() }
        positions[hash] = entries.count
        entries.append(
            RememberedToken(
                hash: hash, token: [UInt8](copying: token), value: value, until: until,
                wasUsed: false))
        byteCount += token.count
    }

    private func adopt(_ generation: SourcesGeneration) {
        guard generation != self.generation else { return }
        self.generation = generation
        entries.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        byteCount = 0
        hand = 0
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

    private func holds(_ token: Span<UInt8>, at position: Int) -> Bool {
        let held = entries[position].token
        return held.span.holdsSameBytes(as: token)
    }

    /// Ends after at most two passes, since the first one clears every mark.
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
        positions[entry.hash] = nil
        byteCount -= entry.token.count
        let last = entries.removeLast()
        guard position < entries.count else { return }
        entries[position] = last
        positions[last.hash] = position
    }
}

/// An entry of the cache.
private struct RememberedToken {
    var hash: Int
    var token: [UInt8]
    var value: AnyObject
    var until: UTCInstant
    var wasUsed: Bool
}

@available(*, unavailable)
extension VerifiedTokenCache: Sendable {}
