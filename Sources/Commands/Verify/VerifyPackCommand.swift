// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages
import Server
import SystemPackage
import Verification

/// `countersign verify pack`.
struct VerifyPackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Check an evidence pack offline, with one public key.",
        discussion: """
            EXAMPLES:
              countersign verify pack denied.tar --key log.vkey
              countersign verify pack q4 --key log.vkey --state seen.checkpoint --json

            The key's fingerprint comes first, then what was checked and what is not proven. Exit codes: 0 verified, \
            10 changed, 16 unreadable, 11 something is absent, 13 something is not covered by anything signed; the \
            gravest wins, in this order. 17 if only a newer program can judge the pack. With --state, the pack has to \
            continue the newest checkpoint that you saw: a file remembers it, which is made the first time, and goes \
            forward with each pack that is verified.
            """)

    @Argument(help: "A pack: a folder, or an archive.", completion: .file())
    var pack: String

    @Option(
        name: [.long, .customLong("remembered")],
        help: "File that remembers the newest checkpoint seen; it is made the first time.",
        completion: .file())
    var state: String?

    @Option(help: "How many witnesses must have cosigned.")
    var requireWitnesses = 0

    @OptionGroup var trust: TrustOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let file = trust.policy ?? CommandContext.current.variable("COUNTERSIGN_POLICY")
        guard file == nil || trust.key.isEmpty else {
            throw CommandFailure(.usage, "give --policy or --key, not both.")
        }
        let request = PackRequest(
            path: FilePath(pack), keys: trust.key, policyFile: file.map { FilePath($0) },
            stateFile: state.map { FilePath($0) }, requiredWitnesses: requireWitnesses)
        let progress = ProgressLine(CommandContext.current.messages)
        let report: PackReport
        do throws(VerificationFault) {
            report = try request.run { progress.show($0) }
        } catch {
            progress.clear()
            throw CommandFailure(error)
        }
        progress.clear()
        let isGood = report.verdict == .verified
        if try output.isJSON {
            try output.screen.bytes(HostileText.escaped(json: report.json) + [UInt8(ascii: "\n")])
        } else {
            for line in report.lines {
                let text: SafeText = "\(line)"
                try output.screen.line(
                    line == report.firstLine ? text.toned(isGood ? .good : .bad) : text)
            }
        }
        guard !isGood else { return }
        throw CommandFailure(ExitStatus(rawValue: report.verdict.exitCode) ?? .failure)
    }
}
