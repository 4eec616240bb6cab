// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

/// A port for a thread that waits for one record, off any event loop.
final class WaitingPort: ReplyPort {
    private let fates = Mutex<[UInt64: RecordFate]>([:])
    private let settled = DispatchSemaphore(value: 0)
    private let turn = DispatchSemaphore(value: 1)

    /// Queues a record and returns what became of it.
    ///
    /// - Parameter work: what writes the queue, if no other thread does.
    func wait(
        _ append: (UInt64) throws(AppendRefusal) -> Void, work: () -> Void
    ) throws(AppendRefusal) -> RecordFate {
        turn.wait()
        defer { turn.signal() }
        try append(0)
        work()
        while true {
            settled.wait()
            if let fate = fates.withLock({ $0.removeValue(forKey: 0) }) { return fate }
        }
    }

    func settle(_ settlements: [Settlement]) {
        fates.withLock { fates in
            for settlement in settlements {
                settlement.forEach { ticket, fate in fates[ticket] = fate }
            }
        }
        settled.signal()
    }
}

/// The port of records that nobody waits for.
final class UnattendedPort: ReplyPort {
    func settle(_ settlements: [Settlement]) {}
}
