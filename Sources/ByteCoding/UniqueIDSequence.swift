// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Hands out the ids of one process in rising order, whatever the clock does and however many threads ask.
///
/// The bits behind the milliseconds are a finer part of the time (RFC 9562 §6.2, method 3). If the clock
/// stands still or goes back, the next id is the next larger one. Costs one atomic exchange per id.
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
