// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages
import Server
import Settings
import SystemPackage
import Verification

/// `countersign verify log`, and `countersign verify` alone.
struct VerifyLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract:
            "Check every record, the chain, the tree, checkpoints, disclosures, completeness.",
        discussion: """
            EXAMPLES:
              countersign verify
              countersign verify --max-age 24h --json
              countersign verify --log export --key log.vkey --state seen
              countersign verify --log copy -c countersign.yaml

            Integrity (nothing was changed) and completeness (nothing was lost on the way) are two \
            verdicts. With --state, the newest checkpoint is remembered in a file, and a log that is put \
            back or rewritten is noticed the next time. What --log names is checked with the key that --key \
            names, or with that of the configuration that -c names.
            """)

    @OptionGroup var log: LogOptions
    @OptionGroup var trust: TrustOptions

    @Option(
        help:
            "File that remembers the newest checkpoint seen (also: COUNTERSIGN_STATE; default: log.state).",
        completion: .file())
    var state: String?

    @Option(help: "How old the newest record may be, such as 24h.")
    var maxAge: TimeSpan?

    @Option(help: "How many witnesses must have cosigned.")
    var requireWitnesses = 0

    @Option(help: "How many segments are read at a time; default: one for each core.")
    var jobs: Int?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let path = try log.path()
        guard try LocalFile.present(path.string) else {
            throw CommandFailure(.notFound, "there is no log at \(path.string); check the path.")
        }
        let trusted = try trust.named(for: log)
        let request = VerificationRequest(
            path: path, leafFile: nil, keys: trusted.keys, policyFile: trusted.policyFile,
            stateFile: try stateFile(), maxAge: maxAge?.duration,
            requiredWitnesses: requireWitnesses,
            jobs: jobs ?? Processors.usable,
            now: CommandContext.current.now())
        let progress = ProgressLine(CommandContext.current.messages)
        let outcome: VerificationRequest.Outcome
        do throws(VerificationFault) {
            outcome = try await request.run { progress.show($0) }
        } catch {
            progress.clear()
            throw CommandFailure(error)
        }
        progress.clear()
        try output.show(outcome)
    }

    /// The file that was named, or what the configured log's own server remembers.
    private func stateFile() throws(CommandFailure) -> FilePath? {
        if let path = state ?? CommandContext.current.variable("COUNTERSIGN_STATE") {
            return FilePath(path)
        }
        guard log.directory == nil else { return nil }
        let folder = try log.deployment.readLog().state.text
        let path = LocalFile.path(of: "checkpoint.slots", in: folder)
        // Two empty slots remember nothing, and only the server may write them.
        guard let bytes = try LocalFile.read(path, most: 1 << 20),
            bytes.contains(where: { $0 != 0 })
        else { return nil }
        return FilePath(path)
    }
}
