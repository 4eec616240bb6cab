// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Settings
import SignedNotes

/// `countersign key retire`.
struct KeyRetireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "Have the old key sign no more, and destroy it.",
        discussion: """
            EXAMPLES:
              countersign key list
              countersign key retire 580c8bb1

            For the end of a rotation, once everybody who verifies has the new public key. The change is a \
            record, `key.retire`, signed by both; a checkpoint behind it that only the retired key has signed is \
            not the log's, and verifiers say so. The key leaves the key file: destroy its copies, and keep its \
            public half for exports and proofs from its time. Cut short, the command is run again.
            """)

    @Argument(help: "The key's id, as `countersign key list` shows it.")
    var id: String

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let change = SigningKeyChange(try deployment.read())
        let (old, left) = try await change.retire(id)
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("key_id", .string("\(left.keyID)")),
                    JSONMember("vkey", .string(left.verifierKey.text)),
                    JSONMember("old_key_id", .string("\(old.keyID)")),
                    JSONMember("old_vkey", .string(old.verifierKey.text)),
                    JSONMember("file", .string(change.log.keyFile.text)),
                ]))
        } else {
            try output.screen.line("\(old.verifierKey.text)")
        }
        try output.messages.line(
            "\(describing: left.keyID) signs alone now; \(describing: old.keyID) is no more in \(change.log.keyFile.text)"
        )
        try output.messages.line(
            "next: destroy copies of the old key; keep its public half, above, for exports and proofs from its time"
        )
    }
}
