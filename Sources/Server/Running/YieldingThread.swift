// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import CSystemCalls
import NIOPosix

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

    /// Ends after the work in progress.
    ///
    /// - Returns: whether it ended well.
    @discardableResult
    func stop() async -> Bool {
        let ended = await Result.of { try await thread.shutdownGracefully() }
        guard case .success = ended else { return false }
        return true
    }
}
