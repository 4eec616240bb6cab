// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import LogFormat
import Merkle
import Messages
import Server
import Settings
import SignedNotes

/// `countersign checkpoint show`.
struct CheckpointShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Show the newest published checkpoint, or one from a file, and check its signature.",
        discussion: """
            EXAMPLES:
              countersign checkpoint show
              countersign checkpoint show --raw > checkpoint.today
              countersign checkpoint show --key "$(cat log.vkey)" checkpoint.today

            Keep one elsewhere from time to time: it is what shows later that nothing before it was rewritten. \
            Exit code 13 where no known key has signed, 10 where a known key's signature is wrong.
            """)

    @Argument(help: "A checkpoint's file, instead of the log's own.", completion: .file())
    var file: String?

    @Option(help: "The log's public key (vkey), instead of the configured one; may be repeated.")
    var key: [String] = []

    @Flag(help: "Print the signed note itself.")
    var raw = false

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let (bytes, keys) = try source()
        let checkpoint: UnverifiedCheckpoint
        do throws(CheckpointReadFault) {
            checkpoint = try UnverifiedCheckpoint(bytes)
        } catch {
            throw CommandFailure(
                .integrityFailure, "this is no checkpoint: \(describing: error). Look at the file.")
        }
        guard let policy = TrustPolicy(logKeys: keys) else {
            throw CommandFailure(.usage, "two different keys share name and key id; leave one out.")
        }
        let verdict = checkpoint.verify(with: policy)
        if raw {
            try output.screen.bytes(bytes)
        } else if try output.isJSON {
            try output.screen.json(json(of: checkpoint, verdict))
        } else {
            try show(checkpoint, verdict)
        }
        if let failure = verdict.failure { throw failure }
    }

    private func source() throws(CommandFailure) -> (bytes: [UInt8], keys: [NoteVerifierKey]) {
        var named: [NoteVerifierKey] = []
        for text in key { named += try VerifierKeyText.keys(text) }
        let most = 1 << 20
        if let file, !named.isEmpty { return (try LocalFile.required(file, most: most), named) }
        let log = try deployment.readLog()
        let keys = named.isEmpty ? try SigningKey.readPublic(log) : named
        if let file { return (try LocalFile.required(file, most: most), keys) }
        let path = LocalFile.path(of: LogLayout.checkpoint, in: log.directory.text)
        guard let bytes = try LocalFile.read(path, most: most) else {
            throw CommandFailure(
                .notFound,
                "\(path) does not exist: nothing was published yet. Start with `countersign serve`."
            )
        }
        return (bytes, keys)
    }

    private func show(_ checkpoint: UnverifiedCheckpoint, _ verdict: CheckpointVerdict) throws {
        let signature: SafeText =
            verdict.failure == nil
            ? ("verified" as SafeText).toned(.good) : ("not verified" as SafeText).toned(.bad)
        try output.screen.table(
            Table(facts: [
                ("log", "\(checkpoint.claim.origin.text)"),
                ("records", "\(checkpoint.claim.size.count)"),
                ("root", "\(Base64.encode(checkpoint.claim.root.hash.bytes))"),
                (
                    "signed by",
                    checkpoint.note.signatures.map {
                        "\($0.name.text)+\(describing: $0.keyID)" as SafeText
                    }
                    .joined(separator: ", ")
                ),
                ("signature", signature),
            ]))
    }

    private func json(
        of checkpoint: UnverifiedCheckpoint, _ verdict: CheckpointVerdict
    ) -> JSONValue {
        .object([
            JSONMember("origin", .string(checkpoint.claim.origin.text)),
            JSONMember("size", .integer(Int64(clamping: checkpoint.claim.size.count))),
            JSONMember("root", .string(Base64.encode(checkpoint.claim.root.hash.bytes))),
            JSONMember(
                "signatures",
                .array(
                    checkpoint.note.signatures.map { signature in
                        .object([
                            JSONMember("name", .string(signature.name.text)),
                            JSONMember("key_id", .string("\(signature.keyID)")),
                        ])
                    })),
            JSONMember("verified", .bool(verdict.failure == nil)),
        ])
    }
}

extension CheckpointVerdict {
    /// How a command ends that was given this verdict; nil for a good one.
    var failure: CommandFailure? {
        switch self {
        case .verified: nil
        case .refused(.unknownOrigin):
            CommandFailure(
                .undecided,
                "the checkpoint is of another log than the key; check which belongs to which.")
        case .refused(.notSignedByLog):
            CommandFailure(
                .undecided, "no known key of the log has signed; give the log's key with --key.")
        case .refused(.quorumNotMet):
            CommandFailure(.undecided, "too few witnesses have cosigned; fetch a newer checkpoint.")
        case .refused(.invalidSignature(let signer)):
            CommandFailure(
                .integrityFailure,
                "the signature of \(describing: signer) is wrong: the checkpoint was changed. Compare it with another copy."
            )
        }
    }
}
