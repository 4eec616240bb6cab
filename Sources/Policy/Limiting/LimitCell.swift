// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What one subject has used of one limit; shared by all event loops, exact under concurrency.
///
/// Cost: an uncontended lock of its own for a few instructions; nothing is looked up.
///
/// ## Invariants
/// - `OneCellASubject`: a cell that its ``RateLimiter`` has forgotten admits nothing more, so that whoever still holds it
///   asks the limiter for the one that counts.
final class LimitCell: Sendable {
    private struct Count {
        /// Nil: nothing was admitted yet.
        var clock: ArrivalClock?
        /// Whether the limiter has forgotten the cell. It never comes back.
        var isForgotten = false
    }

    private let count = Mutex(Count())

    /// Counts one access, or says how long to wait; nil: the cell is forgotten.
    func admit(under limit: RateLimit, at now: UInt64) -> LimitVerdict? {
        count.withLock { count in
            count.isForgotten ? nil : ArrivalClock.admit(&count.clock, under: limit, at: now)
        }
    }

    /// When the whole burst is there again.
    var fullAgainAt: UInt64 { count.withLock { $0.clock?.fullAgainAt ?? 0 } }

    /// Forgets the cell where its burst is whole again, which changes nothing for its subject.
    ///
    /// - Returns: whether it is forgotten.
    func forget(ifWholeAt now: UInt64) -> Bool {
        count.withLock { count in
            if (count.clock?.fullAgainAt ?? 0) <= now { count.isForgotten = true }
            return count.isForgotten
        }
    }

    func forget() { count.withLock { $0.isForgotten = true } }
}
