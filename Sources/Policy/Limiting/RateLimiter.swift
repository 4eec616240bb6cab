// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts accesses against rate limits; shared by all event loops, exact under concurrency.
///
/// State lives in this process only: several proxies count apart, and a restart forgets. Limits are
/// told apart by their bucket's name, so that a reload of the configuration keeps what was counted.
///
/// The number of subjects is bounded. A full shard first drops subjects whose burst is whole again,
/// which changes nothing. If there is none, it drops the eighth that is nearest to that, which
/// forgives the least debt; a subject that is far over its limit stays limited while a flood of
/// fresh addresses passes by.
///
/// Cost of a lookup: one uncontended lock and one hash of bucket and subject; no heap allocation for a subject that is
/// known. ``LimitCells`` save it.
package final class RateLimiter: Sendable {
    private struct Key: Hashable, Sendable {
        let bucket: String
        let subject: LimitSubject
        /// Two strings are hashed for it: once, for the shard and for the place in it.
        let digest: Int

        init(bucket: String, subject: LimitSubject) {
            self.bucket = bucket
            self.subject = subject
            var hasher = Hasher()
            hasher.combine(bucket)
            hasher.combine(subject)
            digest = hasher.finalize()
        }

        func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    }

    private final class Shard: Sendable {
        let cells = Mutex<[Key: LimitCell]>([:])
    }

    private let shards: [Shard]
    private let mostPerShard: Int

    /// - Parameters:
    ///   - mostSubjects: how many subjects are remembered in all, about 180 bytes each; at least
    ///     one per shard.
    ///   - shards: how many locks they are spread over; a power of two is not needed.
    package init(mostSubjects: Int, shards: Int = 16) {
        precondition(shards > 0, "ShardsExist: a rate limiter has at least one shard")
        self.shards = (0..<shards).map { _ in Shard() }
        mostPerShard = max(1, mostSubjects / shards)
    }

    /// Counts one access, or says how long to wait.
    ///
    /// - Parameters:
    ///   - bucket: the name of the limit, that is of its service.
    ///   - now: nanoseconds of a monotonic clock; a value before that of an access counted earlier
    ///     stands for that one: it forgives no debt, and makes none.
    package func admit(
        _ subject: LimitSubject, under limit: RateLimit, bucket: String, at now: UInt64
    ) -> LimitVerdict {
        admit(Key(bucket: bucket, subject: subject), under: limit, at: now).verdict
    }

    /// The same, with the cell that it was counted in.
    func admit(
        _ subject: LimitSubject, under limit: ServiceLimit, at now: UInt64
    ) -> (cell: LimitCell, verdict: LimitVerdict) {
        admit(Key(bucket: limit.bucket, subject: subject), under: limit.limit, at: now)
    }

    private func admit(
        _ key: Key, under limit: RateLimit, at now: UInt64
    ) -> (cell: LimitCell, verdict: LimitVerdict) {
        while true {
            let cell = cell(for: key, at: now)
            // Nil where another thread has made room meanwhile.
            if let verdict = cell.admit(under: limit, at: now) { return (cell, verdict) }
        }
    }

    private func cell(for key: Key, at now: UInt64) -> LimitCell {
        let shard = shards[Int(UInt(bitPattern: key.digest) % UInt(shards.count))]
        return shard.cells.withLock { cells in
            if let known = cells[key] { return known }
            if cells.count >= mostPerShard { Self.makeRoom(in: &cells, at: now) }
            let cell = LimitCell()
            cells[key] = cell
            return cell
        }
    }

    /// How many subjects are remembered.
    package var subjectCount: Int {
        shards.reduce(0) { count, shard in count + shard.cells.withLock { $0.count } }
    }

    private static func makeRoom(in cells: inout [Key: LimitCell], at now: UInt64) {
        let before = cells.count
        cells = cells.filter { !$0.value.forget(ifWholeAt: now) }
        guard cells.count == before else { return }
        // Read once each: other threads go on counting while they are sorted.
        let nearest = cells.map { (key: $0.key, fullAgainAt: $0.value.fullAgainAt) }
            .sorted { $0.fullAgainAt < $1.fullAgainAt }
        for (key, _) in nearest.prefix(max(1, before / 8)) {
            cells.removeValue(forKey: key)?.forget()
        }
    }
}
