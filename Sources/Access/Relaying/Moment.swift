// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A moment of a clock that never goes back, passed to whoever needs the time.
package struct Moment: Hashable, Comparable, Sendable {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Later than every other.
    package static let never = Moment(nanoseconds: .max)

    @inline(__always)
    package static func < (one: Self, other: Self) -> Bool { one.nanoseconds < other.nanoseconds }

    @inline(__always)
    package static func + (moment: Self, interval: Interval) -> Self {
        Moment(nanoseconds: moment.nanoseconds &+ interval.nanoseconds)
    }

    /// A distance in time, ready to be added.
    package struct Interval: Hashable, Sendable {
        package let nanoseconds: UInt64

        /// Negative durations count as none; at most a century.
        package init(_ duration: Duration) {
            let (seconds, attoseconds) = duration.components
            let whole = UInt64(min(max(0, seconds), 3_155_760_000))
            nanoseconds = whole * 1_000_000_000 + UInt64(max(0, attoseconds)) / 1_000_000_000
        }

        package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }
    }
}
