// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import Merkle
import Simulation
import TestSupport
import Testing

/// The change of segments, at record 65,536. Writing, opening and verifying so many records takes seconds each time,
/// so that this is gone through in the full form only.
@Suite(.enabled(if: MatrixForm.isFull)) struct `The change of segments` {
    @Test func `loses nothing, wherever a crash comes`() async throws {
        let judge = try Judge()
        for moment in try Self.story().crashPoints() {
            for survival in [MemoryStorage.Survival.everything, .syncedOnly] {
                try await judge.judge(
                    moment.disk.crash(keeping: survival), moment.told,
                    "\(moment.point): crash, \(survival)")
            }
        }
        #expect(judge.count > 20)
    }

    @Test func `loses nothing, whatever operation fails`() async throws {
        let story = try Self.story()
        let judge = try Judge()
        for moment in try story.crashPoints().dropLast() {
            let faults = PointFault.allCases.filter { $0.fits(moment.point.operation) }
            let fault = faults[moment.point.number % faults.count]
            let telling = try story.tell(fault, at: moment.point)
            try await judge.judge(
                telling.disk.crash(keeping: .syncedOnly), telling.book.told,
                "\(moment.point): \(fault)")
        }
        #expect(judge.count > 20)
    }

    private static func story() throws -> Story {
        let telling = try Telling(Story(name: "", disk: MemoryStorage(), events: []), seed: 77)
        telling.tell([.open, .filler(65_533), .publish])
        return Story(
            name: "a log that comes to its second segment",
            disk: telling.disk.crash(keeping: .everything),
            events: [
                .open, .records(1, about: "alice"), .records(2, about: "bob"), .publish, .close,
            ],
            told: telling.book.told)
    }
}
