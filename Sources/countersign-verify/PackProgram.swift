// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import SystemPackage
internal import Verification

/// `countersign-verify pack`: judges an evidence pack.
struct PackProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "countersign-verify pack",
        abstract: "Check an evidence pack offline, with one public key.",
        discussion: """
            EXAMPLES
              countersign-verify pack denied.tar --key log.vkey
              countersign-verify pack q4 --key log.example/prod+580c8bb1+AQOh… --state seen.checkpoint

            The key's fingerprint comes first, then what was checked and what is not proven.

            EXIT CODES
              0 verified   10 changed   16 unreadable   11 something is absent   13 something is not covered
              17 only a newer program can judge it   2 bad input   4 not permitted   1 other failure
            """)

    @Argument(help: "A pack: a folder, or an archive.")
    var pack: String

    @Option(help: "A trusted key: one line of text, or a file with such lines. May be repeated.")
    var key: [String] = []

    @Option(help: "A file of trusted logs and witnesses (c2sp.org/tlog-policy).")
    var policy: String?

    @Option(
        name: [.long, .customLong("remembered")],
        help:
            "A file that remembers the newest checkpoint seen, which the pack has to continue; it is made the first time."
    )
    var state: String?

    @Option(help: "How many witnesses of the policy must have cosigned.")
    var requireWitnesses = 0

    @Flag(help: "Print the report as one JSON object.")
    var json = false

    func run() throws {
        let request = PackRequest(
            path: FilePath(pack), keys: key, policyFile: policy.map { FilePath($0) },
            stateFile: state.map { FilePath($0) }, requiredWitnesses: requireWitnesses)
        let line = TerminalProgress(isShown: !json && isatty(STDERR_FILENO) == 1)
        let report: PackReport
        do throws(VerificationFault) {
            report = try request.run { line.show($0) }
        } catch {
            line.clear()
            StandardStreams.error(json ? VerifierProgram.json(of: error) : error.message)
            throw ExitCode(error.exitCode)
        }
        line.clear()
        if json {
            StandardStreams.print(String(decoding: report.json, as: UTF8.self))
        } else {
            for text in report.lines { StandardStreams.print(text) }
        }
        if let cause = StandardStreams.outputFailure {
            StandardStreams.error(
                "The report could not be written (\(cause)). Make room, or send it elsewhere, and run this again."
            )
            throw ExitCode(report.verdict == .verified ? 1 : report.verdict.exitCode)
        }
        throw ExitCode(report.verdict.exitCode)
    }
}
