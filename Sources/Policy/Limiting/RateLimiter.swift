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
/// Cost: one uncontended lock and one hash of bucket and subject; no heap allocation for a subject that is known.
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
        let clocks = Mutex<[Key: ArrivalClock]>([:])
    }

    private let shards: [Shard]
    private let mostPerShard: Int

    /// - Parameters:
    ///   - mostSubjects: how many subjects are remembered in all, about 130 bytes each; at least
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
        let key = Key(bucket: bucket, subject: subject)
        let shard = shards[Int(UInt(bitPattern: key.digest) % UInt(shards.count))]
        return shard.clocks.withLock { clocks in
            if clocks.count >= mostPerShard, clocks[key] == nil {
                Self.makeRoom(in: &clocks, at: now)
            }
            return ArrivalClock.admit(&clocks[key], under: limit, at: now)
        }
    }

    /// How many subjects are remembered.
    package var subjectCount: Int {
        shards.reduce(0) { count, shard in count + shard.clocks.withLock { $0.count } }
    }

    private static func makeRoom(in clocks: inout [Key: ArrivalClock], at now: UInt64) {
        let before = clocks.count
        clocks = clocks.filter { $0.value.fullAgainAt > now }
        guard clocks.count == before else { return }
        let nearest = clocks.sorted { $0.value.fullAgainAt < $1.value.fullAgainAt }
        for (key, _) in nearest.prefix(max(1, before / 8)) { clocks[key] = nil }
    }
}
