// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The generic cell rate algorithm (GCRA, ITU-T I.371) for one subject.
///
/// Times are nanoseconds of a monotonic clock. One stamp is the moment at which the full burst is
/// there again; once it has passed, the state is the same as none.
struct ArrivalClock: Sendable {
    private(set) var fullAgainAt: UInt64
    /// The latest arrival that was admitted.
    ///
    /// A thread that reads its clock and is held up before it counts comes after others that read theirs later. What
    /// they used up by then is no debt of its own.
    private var latest: UInt64

    static func admit(
        _ clock: inout ArrivalClock?, under limit: RateLimit, at now: UInt64
    ) -> LimitVerdict {
        let now = max(now, clock?.latest ?? 0)
        let interval = limit.rate.interval
        let tolerance = interval * UInt64(limit.burst)
        let earlier = max(clock?.fullAgainAt ?? 0, now)
        let next = earlier + interval
        guard next - now <= tolerance else {
            let standing = standing(fullIn: earlier - now, interval, tolerance, limit)
            let wait = next - now - tolerance
            return .limited(standing, retryAfterSeconds: seconds(wait))
        }
        clock = ArrivalClock(fullAgainAt: next, latest: now)
        return .admitted(standing(fullIn: next - now, interval, tolerance, limit))
    }

    private static func standing(
        fullIn wait: UInt64, _ interval: UInt64, _ tolerance: UInt64, _ limit: RateLimit
    ) -> LimitStanding {
        // After a reload with a smaller burst the debt may exceed what the new limit tolerates.
        let left = wait > tolerance ? 0 : (tolerance - wait) / interval
        return LimitStanding(
            limit: limit.burst, remaining: Int(left), resetSeconds: seconds(wait))
    }

    private static func seconds(_ nanoseconds: UInt64) -> Int {
        let second = Rate.Period.second.nanoseconds
        return Int((nanoseconds + second - 1) / second)
    }
}
