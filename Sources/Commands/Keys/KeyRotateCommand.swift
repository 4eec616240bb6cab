// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Settings
import SignedNotes

/// `countersign key rotate`.
struct KeyRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Have a new key sign the log beside the present one.",
        discussion: """
            EXAMPLES:
              countersign key rotate
              countersign key export-public > log.vkey

            Until `countersign key retire`, every checkpoint is signed by both keys: that is the time to give the \
            new public key to whoever verifies. The change is a record, `key.rotate`, signed by the old key \
            alone, so that whoever knows that one is led to the new one by the log itself. A running server \
            signs with both when the command ends. Cut short, the command is run again, and goes on.
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let change = SigningKeyChange(try deployment.read())
        let (new, old) = try await change.rotate()
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("key_id", .string("\(new.keyID)")),
                    JSONMember("vkey", .string(new.verifierKey.text)),
                    JSONMember("old_key_id", .string("\(old.keyID)")),
                    JSONMember("file", .string(change.log.keyFile.text)),
                ]))
        } else {
            try output.screen.line("\(new.verifierKey.text)")
        }
        try output.messages.line(
            "both keys sign now, and \(change.log.keyFile.text) holds both: keep a copy elsewhere")
        try output.messages.line(
            "next: give the line above to whoever verifies, then `countersign key retire \(describing: old.keyID)`"
        )
    }
}
