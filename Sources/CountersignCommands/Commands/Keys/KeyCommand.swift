// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign key`.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Look at the log's signing key.",
        discussion: """
            EXAMPLES:
              countersign key list
              countersign key export-public > log.vkey
            """,
        subcommands: [KeyListCommand.self, KeyExportPublicCommand.self])
}
