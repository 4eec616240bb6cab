// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Access
internal import NIOCore
internal import NIOPosix

/// Has credentials verified by threads of their own and brings the outcomes back to the event loop that waits.
final class LoopVerifier: IdentificationPort {
    private let threads: NIOThreadPool
    private let lane: NIOLoopBoundBox<Lane?>

    init(_ threads: NIOThreadPool, _ lane: NIOLoopBoundBox<Lane?>) {
        self.threads = threads
        self.lane = lane
    }

    func submit(_ job: IdentificationJob) {
        let lane = lane
        // Even if the threads are about to end: whoever waits must be notified.
        threads.submit { _ in
            let identification = job.perform()
            lane.eventLoop.execute {
                lane.value?.lookAtClock()
                lane.value?.desk.deliver(identification, ticket: job.ticket)
            }
        }
    }
}
