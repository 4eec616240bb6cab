// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Access
internal import Ledger
internal import NIOCore

/// Brings what became of records to the event loop that waits for them, with one wake-up a group.
final class LoopPort: ReplyPort {
    private let lane: NIOLoopBoundBox<Lane?>

    /// - Parameter lane: filled in on its loop before the first record is queued.
    init(_ lane: NIOLoopBoundBox<Lane?>) { self.lane = lane }

    func settle(_ settlements: [Settlement]) {
        let lane = lane
        lane.eventLoop.execute {
            lane.value?.lookAtClock()
            lane.value?.desk.deliver(settlements)
        }
    }
}
