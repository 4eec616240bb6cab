// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Access

/// Something with a deadline: a connection, on its event loop.
package protocol DeadlineOwner: AnyObject {
    /// The earliest moment at which something has to happen; `Moment.never` for none.
    var nextDeadline: Moment { get }
    /// When the wheel will next check this owner; kept by the wheel, `.max` at first.
    var wheelTick: UInt64 { get set }
    /// The deadline has passed.
    func deadlineReached(now: Moment)
}

/// Deadlines of one event loop, late by at most two ticks, and so cheap that every request sets
/// several.
///
/// An owner that postpones its deadline does nothing: the wheel checks it too early, and then again
/// when it is due. Only an earlier deadline must be reported. Deadlines beyond the horizon are
/// checked once a turn.
package struct DeadlineWheel {
    /// The wheel's resolution.
    package static let tickNanoseconds: UInt64 = 20_000_000
    private static let slotCount = 128

    private var slots: [[any DeadlineOwner]]
    /// The last tick that was checked.
    private var current: UInt64
    /// Entries in all slots, stale ones included.
    package private(set) var count = 0

    /// An empty wheel.
    package init(now: Moment) {
        slots = Array(repeating: [], count: Self.slotCount)
        current = now.nanoseconds / Self.tickNanoseconds
    }

    /// Catches up with the time that passed while there was nothing to check.
    package mutating func wake(now: Moment) {
        precondition(count == 0, "DeadlinesAreKept: time was skipped while somebody waited")
        current = now.nanoseconds / Self.tickNanoseconds
    }

    /// Arranges to check the owner in time for its deadline.
    package mutating func watch(_ owner: any DeadlineOwner) {
        let deadline = owner.nextDeadline
        guard deadline != .never else { return }
        let tick = min(max(deadline.tick, current + 1), current + UInt64(Self.slotCount) - 1)
        guard tick < owner.wheelTick else { return }
        owner.wheelTick = tick
        slots[Int(tick % UInt64(Self.slotCount))].append(owner)
        count += 1
    }

    /// The next tick's owners, or nil if it is still to come. A stale entry of an owner is
    /// recognised by its ``DeadlineOwner/wheelTick``, which is then not this tick.
    package mutating func next(now: Moment) -> (tick: UInt64, owners: [any DeadlineOwner])? {
        guard count > 0, current < now.nanoseconds / Self.tickNanoseconds else { return nil }
        current += 1
        let place = Int(current % UInt64(Self.slotCount))
        let owners = slots[place]
        slots[place] = []
        count -= owners.count
        return (current, owners)
    }
}

extension Moment {
    /// The first tick at which this moment has passed; the very last for ``never``.
    package var tick: UInt64 {
        nanoseconds == .max ? .max : nanoseconds / DeadlineWheel.tickNanoseconds + 1
    }
}
