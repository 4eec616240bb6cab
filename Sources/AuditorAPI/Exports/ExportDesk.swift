// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Console
package import Evidence

/// Exports that the server makes in the background, for those who order and fetch them.
package struct ExportDesk: Sendable {
    /// The jobs, without what an erasure has ended by now; nil where their folder cannot be used. Blocks.
    package var jobs: @Sendable () -> ExportJobs?
    /// Has a job that waits begin.
    package var wake: @Sendable () -> Void

    package init(
        jobs: @escaping @Sendable () -> ExportJobs?, wake: @escaping @Sendable () -> Void
    ) {
        self.jobs = jobs
        self.wake = wake
    }
}

extension AuditorDesk {
    /// The jobs of this server. Blocks.
    func exports() throws -> ExportJobs {
        guard let jobs = sources.exports?.jobs() else {
            throw AuditorProblem.exportsUnavailable.problem(
                "This server makes no exports now.",
                remedy:
                    "Its messages say why; countersign log export makes them on the server's host.",
                retryAfter: 60)
        }
        return jobs
    }

    /// Refuses whoever has enough of them, and everybody while there is no room.
    func checkRoom(_ jobs: ExportJobs, _ maker: String) throws {
        guard let refusal = jobs.refusal(of: maker) else { return }
        switch refusal {
        case .tooManyOfOne:
            throw AuditorProblem.tooManyExports.problem(
                "You have as many exports as an account may have at a time.",
                remedy: "Remove those that you have fetched.", retryAfter: 60)
        case .tooMany:
            throw AuditorProblem.tooManyExports.problem(
                "The server has as many exports as it may have at a time.",
                remedy: "Remove those that you have fetched, or ask again later.", retryAfter: 60)
        case .noRoom:
            throw AuditorProblem.tooManyExports.problem(
                "The exports of this server take all of the disk that they may.",
                remedy: "Remove those that you have fetched, or ask again later.", retryAfter: 60)
        }
    }
}
