// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign checkpoint`.
struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Look at signed checkpoints.",
        discussion: """
            EXAMPLES:
              countersign checkpoint show
              countersign checkpoint show --raw > checkpoint.today
            """,
        subcommands: [CheckpointShowCommand.self])
}
