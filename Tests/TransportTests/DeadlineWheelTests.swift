// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Transport
import Access
import Testing

@Suite("DeadlinesAreKept: the wheel of deadlines")
struct DeadlineWheelTests {
    private final class Owner: DeadlineOwner {
        var nextDeadline: Moment
        var wheelTick = UInt64.max
        var reached: [Moment] = []

        init(_ deadline: Moment) { nextDeadline = deadline }

        func deadlineReached(now: Moment) {
            reached.append(now)
            nextDeadline = .never
        }
    }

    private static let tick = DeadlineWheel.tickNanoseconds

    private func moment(_ ticks: UInt64) -> Moment { Moment(nanoseconds: ticks * Self.tick) }

    /// Does what a lane does once a tick.
    private func turn(_ wheel: inout DeadlineWheel, to now: Moment) {
        while let due = wheel.next(now: now) {
            for owner in due.owners where owner.wheelTick == due.tick {
                owner.wheelTick = .max
                if owner.nextDeadline <= now { owner.deadlineReached(now: now) }
                wheel.watch(owner)
            }
        }
    }

    @Test(
        "A deadline is met within two ticks, however far away it is",
        arguments: [0, 1, 2, 126, 127, 128, 129, 255, 256, 257, 1000] as [UInt64])
    func met(ticks: UInt64) {
        var wheel = DeadlineWheel(now: moment(1000))
        let owner = Owner(moment(1000 + ticks))
        wheel.watch(owner)
        var now: UInt64 = 1000
        while owner.reached.isEmpty, now < 3000 {
            now += 1
            turn(&wheel, to: moment(now))
        }
        #expect(now >= 1000 + ticks)
        #expect(now <= 1000 + max(1, ticks) + 2)
        #expect(wheel.count == 0)
    }

    @Test("A deadline that moves back is not met before")
    func movesBack() {
        var wheel = DeadlineWheel(now: moment(0))
        let owner = Owner(moment(10))
        wheel.watch(owner)
        owner.nextDeadline = moment(50)
        for now in 1...49 as ClosedRange<UInt64> { turn(&wheel, to: moment(now)) }
        #expect(owner.reached.isEmpty)
        for now in 50...53 as ClosedRange<UInt64> { turn(&wheel, to: moment(now)) }
        #expect(owner.reached.count == 1)
    }

    @Test("A deadline that moves forward is met in time once the wheel is told")
    func movesForward() {
        var wheel = DeadlineWheel(now: moment(0))
        let owner = Owner(moment(100))
        wheel.watch(owner)
        owner.nextDeadline = moment(5)
        wheel.watch(owner)
        for now in 1...7 as ClosedRange<UInt64> { turn(&wheel, to: moment(now)) }
        #expect(owner.reached.count == 1)
        // What is left of the first entry does nothing.
        for now in 8...300 as ClosedRange<UInt64> { turn(&wheel, to: moment(now)) }
        #expect(owner.reached.count == 1)
        #expect(wheel.count == 0)
    }

    @Test("A long pause of the event loop loses nobody")
    func pause() {
        var wheel = DeadlineWheel(now: moment(0))
        let owners = (1...200 as ClosedRange<UInt64>).map { Owner(moment($0)) }
        for owner in owners { wheel.watch(owner) }
        turn(&wheel, to: moment(10_000))
        #expect(owners.allSatisfy { $0.reached.count == 1 })
    }

    @Test("After a time without owners the wheel goes on from now")
    func wakes() {
        var wheel = DeadlineWheel(now: moment(0))
        wheel.wake(now: moment(1_000_000))
        let owner = Owner(moment(1_000_003))
        wheel.watch(owner)
        turn(&wheel, to: moment(1_000_002))
        #expect(owner.reached.isEmpty)
        turn(&wheel, to: moment(1_000_005))
        #expect(owner.reached.count == 1)
    }
}
