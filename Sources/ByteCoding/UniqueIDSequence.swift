// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Gives out the ids of one process in order: each is larger than all that were given before, whatever
/// the clock does and however many threads ask.
///
/// The bits behind the milliseconds are a finer part of the time (RFC 9562 §6.2, method 3). Where the
/// clock stands still or goes back, the next id is the smallest that is larger. One atomic exchange an id.
package final class UniqueIDSequence: Sendable {
    /// The 60 bits of time in the newest id.
    private let newest = Atomic<UInt64>(0)

    package init() {}

    /// - Parameter random: bits for the 62 random positions; the rest of them is ignored.
    package func next(at instant: UTCInstant, random: UInt64) -> UniqueID {
        let wanted = UniqueID.ticks(at: instant)
        var known = newest.load(ordering: .relaxed)
        while true {
            let ticks = max(wanted, known + 1)
            let (isTaken, found) = newest.weakCompareExchange(
                expected: known, desired: ticks, ordering: .relaxed)
            if isTaken { return UniqueID(ticks: ticks, random: random) }
            known = found
        }
    }
}
