// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a rate limit says to one access; `limit` of the record and the rate-limit headers are made
/// from it.
package enum LimitVerdict: Hashable, Sendable {
    case admitted(LimitStanding)
    /// The access is over the limit and was not counted.
    ///
    /// `retryAfterSeconds` is at least 1 and rounded up, so that a client that waits this long is
    /// admitted.
    case limited(LimitStanding, retryAfterSeconds: Int)

    package var standing: LimitStanding {
        switch self {
        case .admitted(let standing), .limited(let standing, _): standing
        }
    }
}

/// What is left of a limit after an access.
package struct LimitStanding: Hashable, Sendable {
    /// How many accesses may come at once: the burst.
    package var limit: Int
    /// How many more may come right now.
    package var remaining: Int
    /// Seconds until the whole burst is there again, rounded up.
    package var resetSeconds: Int

    package init(limit: Int, remaining: Int, resetSeconds: Int) {
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }
}
