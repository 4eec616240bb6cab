// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What one subject has used of the limits that it met last, so that nothing is looked up for it.
///
/// Belongs to a caller or a connection that always is the same ``LimitSubject``, and is used on one event loop. A reload
/// brings other ``ServiceLimit``s, which find the same cells by their buckets' names.
package struct LimitCells {
    private var met: [Met] = []
    /// Which one makes room for the next limit.
    private var oldest = 0

    /// A limit and what was used of it.
    private struct Met {
        let limit: ServiceLimit
        let cell: LimitCell
    }

    package init() {}

    /// Counts one access, or says how long to wait; as ``RateLimiter/admit(_:under:bucket:at:)``.
    ///
    /// - Parameter subject: asked for where the limit is new to this place, or its cell was forgotten.
    package mutating func admit(
        under limit: ServiceLimit, by limiter: RateLimiter, at now: UInt64,
        subject: () -> LimitSubject
    ) -> LimitVerdict {
        for place in met.indices where met[place].limit === limit {
            if let verdict = met[place].cell.admit(under: limit.limit, at: now) { return verdict }
        }
        let (cell, verdict) = limiter.admit(subject(), under: limit, at: now)
        remember(Met(limit: limit, cell: cell))
        return verdict
    }

    private mutating func remember(_ found: Met) {
        if let place = met.firstIndex(where: { $0.limit === found.limit }) {
            met[place] = found
        } else if met.count < Self.most {
            met.append(found)
        } else {
            met[oldest] = found
            oldest = (oldest + 1) % Self.most
        }
    }

    /// Few callers use more services at a time; others cost them a lookup.
    private static let most = 8
}
