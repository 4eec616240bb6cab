// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign privacy`.
struct PrivacyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "privacy",
        abstract: "Find, report, erase and hold what the log keeps of people.",
        discussion: """
            EXAMPLES:
              countersign privacy find "Ada Lovelace"
              countersign privacy report sub_7q4m2xk9h0v3t8wz
              countersign privacy erase sub_7q4m2xk9h0v3t8wz --basis objection
              countersign privacy approve 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f
              countersign privacy erase --execute 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f

            Erasing, letting a month expire and releasing a hold take two persons: one asks, another approves, and \
            only then it is carried out. Every step is a record. What is erased stays in the log as a commitment \
            that nobody can open any more, so every proof stays valid.
            """,
        subcommands: [
            PrivacyFindCommand.self, PrivacyReportCommand.self, PrivacyEraseCommand.self,
            PrivacyExpireCommand.self, PrivacyApproveCommand.self, PrivacyRefuseCommand.self,
            PrivacyHoldCommand.self, PrivacyReleaseCommand.self,
        ])
}
