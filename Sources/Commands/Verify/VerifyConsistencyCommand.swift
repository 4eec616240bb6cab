// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages
import Server
import SystemPackage
import Verification

/// `countersign verify consistency`.
struct VerifyConsistencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consistency",
        abstract: "Check that a log was only added to between two checkpoints.",
        discussion: """
            EXAMPLES:
              countersign verify consistency --old checkpoint.then
              countersign verify consistency --old then --new now --log log --key log.vkey

            Both checkpoints must be signed by the log. The proof is made from the log's hashes and checked \
            against the two signed roots, so that the log cannot help itself. Without --new, the newest \
            checkpoint of the log is taken.
            """)

    @Option(help: "File with the older checkpoint.", completion: .file())
    var old: String

    @Option(help: "File with the newer checkpoint.", completion: .file())
    var new: String?

    @OptionGroup var log: LogOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let trusted = try trust.named(for: log)
        let path = try log.path()
        let request = ConsistencyRequest(
            old: FilePath(old), new: new.map { FilePath($0) } ?? path.appending("checkpoint"),
            directory: path, keys: trusted.keys, policyFile: trusted.policyFile)
        let outcome: VerificationRequest.Outcome
        do throws(VerificationFault) {
            outcome = try request.run()
        } catch {
            throw CommandFailure(error)
        }
        try output.show(outcome)
    }
}
