// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings
import SignedNotes

/// `countersign key list`.
struct KeyListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the keys that sign the log, the newest first.",
        discussion: """
            EXAMPLES:
              countersign key list
              countersign key list --json
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let settings = try deployment.readLog()
        let keys = try SigningKey.readPublic(settings)
        let mode = LocalFile.mode(of: settings.keyFile.text).map { String($0, radix: 8) } ?? "?"
        guard try output.isJSON else {
            return try output.screen.table(
                Table(
                    ["NAME", "KEY ID", "TYPE", "MODE", "FILE"],
                    rows: keys.map { key in
                        [
                            "\(key.name.text)", "\(describing: key.keyID)", "Ed25519", "\(mode)",
                            "\(settings.keyFile.text)",
                        ]
                    }))
        }
        try output.screen.json(
            .array(
                keys.map { key in
                    .object([
                        JSONMember("name", .string(key.name.text)),
                        JSONMember("key_id", .string("\(key.keyID)")),
                        JSONMember("type", .string("ed25519")),
                        JSONMember("vkey", .string(key.text)),
                        JSONMember("file", .string(settings.keyFile.text)),
                        JSONMember("mode", .string(mode)),
                    ])
                }))
    }
}
