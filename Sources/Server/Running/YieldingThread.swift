// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import CSystemCalls
import NIOCore
import NIOPosix
import Synchronization

/// A thread for work that everything else goes before, for those who wait on processor and disk. Tasks that prefer it run
/// there with all that they begin.
final class YieldingThread: TaskExecutor {
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// - Parameter name: as the system shows it.
    init(named name: String) {
        thread.start()
        thread.submit { _ in
            // Safe: the text lives through the call, which copies it.
            unsafe name.withCString { unsafe csc_name_thread($0) }
            csc_yield_to_others()
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        // Safe: a job is run once, by whichever thread takes it; after the end, by the one that hands it in.
        let job = UnownedJob(job)
        thread.submit { [self] _ in
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    /// Does work, without a task.
    func submit(_ work: @escaping @Sendable (NIOThreadPool.WorkItemState) -> Void) {
        thread.submit(work)
    }

    /// How long a server that stops waits for one of these. On a busy host they get next to no time, and what they do can
    /// be broken off anywhere, as a kill does.
    static let patience = Duration.seconds(5)

    /// Ends after the work in progress, or leaves it to the end of the process.
    ///
    /// - Returns: whether it has ended.
    @discardableResult
    func stop(within patience: Duration = YieldingThread.patience) async -> Bool {
        await Self.ending(within: patience) { ended in
            thread.shutdownGracefully { ended.tell($0 == nil) }
        }
    }

    /// Whether something ends that is begun here, within a time.
    static func ending(
        within patience: Duration, _ body: (Ending) -> Void
    ) async -> Bool {
        await withCheckedContinuation { told in
            let ended = Ending(told)
            body(ended)
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(patience)) {
                ended.tell(false)
            }
        }
    }

    /// What came first.
    final class Ending: Sendable {
        private let isTold = Atomic(false)
        private let told: CheckedContinuation<Bool, Never>

        fileprivate init(_ told: CheckedContinuation<Bool, Never>) { self.told = told }

        func tell(_ hasEnded: Bool) {
            guard !isTold.exchange(true, ordering: .acquiringAndReleasing) else { return }
            told.resume(returning: hasEnded)
        }
    }
}
