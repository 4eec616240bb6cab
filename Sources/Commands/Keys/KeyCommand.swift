// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign key`.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Look at the log's signing keys, and change them.",
        discussion: """
            EXAMPLES:
              countersign key list
              countersign key export-public > log.vkey
              countersign key rotate
              countersign key retire 580c8bb1
            """,
        subcommands: [
            KeyListCommand.self, KeyExportPublicCommand.self, KeyRotateCommand.self,
            KeyRetireCommand.self,
        ])
}
