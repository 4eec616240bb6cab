// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import Messages

/// `countersign privacy release`.
struct PrivacyReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Ask for the end of a hold, or carry it out.",
        discussion: """
            EXAMPLES:
              countersign privacy release 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f
              countersign privacy release --execute 019dab3c-6a10-7000-8000-000000000001

            One person places a hold; two end it: whoever asks, and another one who approves it with \
            `countersign privacy approve`. The record privacy.release names both.
            """)

    @Argument(help: "Uid of the hold, as `countersign privacy find` shows it.")
    var hold: String?

    @OptionGroup var step: PrivacyStepOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard step.execute != nil || hold != nil else {
            throw CommandFailure(.usage, "name the hold, or a request with --execute.")
        }
        try await PrivacyStep(
            wish: .release, options: step, log: log, output: output
        ).run(
            PrivacyScope(), about: try hold.map { try PrivacyArguments.uid($0) }, basis: nil)
    }
}
