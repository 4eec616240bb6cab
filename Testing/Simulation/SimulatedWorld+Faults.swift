// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import TestSupport

/// What goes wrong, and when.
extension SimulatedWorld {
    /// The disk fails or is full, sometimes for a while.
    func makeTrouble() {
        guard !isWindingDown else { return }
        agenda.add(.diskTrouble, at: now + microseconds(5_000...80_000))
        if chance(1, of: 3) {
            note("the disk is full")
            trouble.isFull = true
            agenda.add(.diskMends, at: now + microseconds(0...20_000))
        } else {
            failSoon(most: 60)
        }
    }

    func failSoon(most operations: Int) {
        let effects: [MemoryStorage.Injection.Effect] = [
            .nothing, .everything, .unsettled, .firstBytes(Int.random(in: 0..<700, using: &random)),
        ]
        let effect = effects[Int.random(in: 0..<effects.count, using: &random)]
        let after = Int.random(in: 0..<operations, using: &random)
        // An operation that has happened was not refused for lack of room.
        let isFull = chance(1, of: 2) && effect != .everything && effect != .unsettled
        note("the disk \(isFull ? "has no room" : "fails") after \(after) operations")
        trouble.arm(isFull ? .noSpace(effect) : .error(effect), after: after)
    }

    /// A kill or a power cut, now or in the middle of a later operation.
    func end() {
        guard !isWindingDown else { return }
        agenda.add(.ends, at: now + microseconds(10_000...80_000))
        guard proxy != nil else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: agenda.add(.stops, at: now)
        case 1:
            let survival = survival()
            crash(disk.crash(keeping: survival), survival)
        default: endSoon(most: 60)
        }
    }

    func endSoon(most operations: Int) {
        let after = Int.random(in: 0..<operations, using: &random)
        let survival = survival()
        note("the end comes after \(after) operations: \(survival)")
        trouble.arm(
            survival, tears: chance(1, of: 2) ? Int.random(in: 0..<900, using: &random) : nil,
            after: after)
    }

    private func survival() -> MemoryStorage.Survival {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .syncedOnly
        case 1: .everything
        default: .someSectors(seed: random.next())
        }
    }

    func stepClock() {
        guard !isWindingDown else { return }
        let day: Int64 = 86_400_000_000
        clockOffset = Int64.random(in: -day...day, using: &random) / (chance(1, of: 2) ? 1000 : 1)
        note("the clock is off by \(clockOffset)")
        agenda.add(.clockSteps, at: now + microseconds(20_000...200_000))
        setClock()
    }
}
