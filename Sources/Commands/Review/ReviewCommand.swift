// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign review`.
struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Sign off what was reviewed, and list who did.",
        discussion: """
            EXAMPLES:
              countersign review sign 'is:denied' --since 24h --result clean
              countersign review sign --since 2026-11-01 --until 2026-11-30 --result findings --note AUD-2026-11
              countersign review list

            A sign-off is a record, `review.signoff`: who looked, by which query, at how many accesses of which \
            times, up to which signed size, and whether something has to be followed up.
            """,
        subcommands: [ReviewSignCommand.self, ReviewListCommand.self])
}
