// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import Messages

/// `countersign privacy expire`.
struct PrivacyExpireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "Ask for all values of a month to expire, or carry it out.",
        discussion: """
            EXAMPLES:
              countersign privacy expire 2025-11 --dry-run
              countersign privacy expire 2025-11 --reference RET-2025-11
              countersign privacy expire --execute 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f

            Like `countersign privacy erase`, for everybody's values of months that are over. The records stay, \
            and so do their proofs.
            """)

    @Argument(help: "Months in UTC, such as 2025-11.")
    var months: [String] = []

    @OptionGroup var step: PrivacyStepOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard step.execute != nil || !months.isEmpty else {
            throw CommandFailure(
                .usage, "name the months that are to expire, or a request with --execute.")
        }
        try await PrivacyStep(wish: .expire, options: step, log: log, output: output)
            .run(
                PrivacyScope(periods: try PrivacyArguments.periods(months)),
                basis: step.execute == nil ? .retention : nil)
    }
}
