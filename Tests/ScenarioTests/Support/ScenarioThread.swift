// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Runs the tasks of one test in turn, on a thread that is not of the pool all tests share.
///
/// Scenarios wait for processes and sockets by blocking, which they may do here only.
final class ScenarioThread: TaskExecutor {
    private let queue = DispatchQueue(label: "scenario")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Runs a scenario, which may block, on a thread of its own.
func scenario(_ body: @Sendable () async throws -> Void) async throws {
    try await withTaskExecutorPreference(ScenarioThread()) { try await body() }
}
