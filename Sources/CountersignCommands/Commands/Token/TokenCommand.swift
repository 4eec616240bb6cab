// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign token`.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make API keys, and look into tokens.",
        discussion: """
            EXAMPLES:
              countersign token mint --as alice --role reader
              countersign token inspect < token.txt
            """,
        subcommands: [TokenMintCommand.self, TokenInspectCommand.self])
}
