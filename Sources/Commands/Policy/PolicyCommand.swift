// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign policy`.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Try out the rules.",
        discussion: """
            EXAMPLES:
              countersign policy test --as alice --role reader GET /invoices/1
            """,
        subcommands: [PolicyTestCommand.self])
}
