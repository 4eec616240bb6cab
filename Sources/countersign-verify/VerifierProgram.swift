// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import AuditRecords
internal import ByteCoding
internal import Glibc
internal import SystemPackage
internal import Verification

/// The auditor's tool: checks logs and proofs, and carries no server code.
@main
struct VerifierProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "countersign-verify",
        abstract:
            "Check a Countersign log, an export of one, an evidence pack, or the proof of a record, offline.",
        discussion: """
            EXAMPLES
              countersign-verify /var/lib/countersign --key log.vkey --state seen.checkpoint
              countersign-verify 42.tlog-proof --leaf 42.leaf --key log.vkey
              countersign-verify 42.json --key log.example/prod+580c8bb1+AQOh…
              countersign-verify export/ --policy policy.txt --json
              countersign-verify pack denied.tar --key log.vkey

            EXIT CODES
              0 verified   10 changed   12 put back or rewritten   15 disclosed values do not match
              11 incomplete   13 not decided   14 too old   2 bad input   4 not permitted   1 other failure
            """,
        version: "countersign-verify \(SoftwareVersion.number)")

    @Argument(help: "A log directory, a tlog-tiles directory, a .tlog-proof file or a record.")
    var path: String

    @Option(help: "A trusted key: one line of text, or a file with such lines. May be repeated.")
    var key: [String] = []

    @Option(help: "A file of trusted logs and witnesses (c2sp.org/tlog-policy).")
    var policy: String?

    @Option(help: "A file that remembers the checkpoint seen last; it is made the first time.")
    var state: String?

    @Option(help: "The greatest age of the newest record, such as 90s, 15m, 24h or 7d.")
    var maxAge: Age?

    @Option(help: "How many witnesses of the policy must have cosigned.")
    var requireWitnesses = 0

    @Option(help: "How many segments are read at a time; the number of processors by default.")
    var jobs: Int?

    @Flag(help: "Print the report as one JSON object.")
    var json = false

    @Option(
        help: "The record that a .tlog-proof file is of, as `countersign log get --leaf` prints it."
    )
    var leaf: String?

    /// Usage errors end with 2, as all bad input does, not with the argument parser's own code.
    static func main() async {
        // A closed pipe is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // A log in a folder of this name is given as `./pack`.
        if CommandLine.arguments.dropFirst().first == "pack" {
            runPack(Array(CommandLine.arguments.dropFirst(2)))
        }
        do {
            let command = try parse()
            try await command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            StandardStreams.error(fullMessage(for: error))
            Glibc.exit(2)
        }
    }

    private static func runPack(_ arguments: [String]) -> Never {
        do {
            try PackProgram.parse(arguments).run()
            Glibc.exit(0)
        } catch {
            guard PackProgram.exitCode(for: error) == .validationFailure else {
                PackProgram.exit(withError: error)
            }
            StandardStreams.error(PackProgram.fullMessage(for: error))
            Glibc.exit(2)
        }
    }

    func run() async throws {
        let request = VerificationRequest(
            path: FilePath(path), leafFile: leaf.map { FilePath($0) }, keys: key,
            policyFile: policy.map { FilePath($0) },
            stateFile: state.map { FilePath($0) }, maxAge: maxAge?.duration,
            requiredWitnesses: requireWitnesses, jobs: jobs ?? Processors.usable,
            now: .now)
        let line = TerminalProgress(isShown: !json && isatty(STDERR_FILENO) == 1)
        let outcome: VerificationRequest.Outcome
        do throws(VerificationFault) {
            outcome = try await request.run { line.show($0) }
        } catch {
            line.clear()
            StandardStreams.error(json ? Self.json(of: error) : error.message)
            throw ExitCode(error.exitCode)
        }
        line.clear()
        if json {
            StandardStreams.print(String(decoding: outcome.json, as: UTF8.self))
        } else {
            for text in outcome.lines { StandardStreams.print(text) }
        }
        StandardStreams.error(outcome.verdictLine)
        if let cause = StandardStreams.outputFailure {
            StandardStreams.error(
                "The report could not be written (\(cause)). Make room, or send it elsewhere, and run this again."
            )
            throw ExitCode(outcome.verdict == .verified ? 1 : outcome.verdict.exitCode)
        }
        throw ExitCode(outcome.verdict.exitCode)
    }

    /// The word for an exit code, as `countersign` has it.
    private static func kind(of fault: VerificationFault) -> String {
        switch fault.exitCode {
        case 2: "usage"
        case 4: "not_permitted"
        default: "failure"
        }
    }

    /// The fault for programs, in the form of `countersign`'s own.
    static func json(of fault: VerificationFault) -> String {
        var text: [UInt8] = []
        CanonicalJSON.append(
            .object([
                JSONMember(
                    "error",
                    .object([
                        JSONMember("code", .integer(Int64(fault.exitCode))),
                        JSONMember("kind", .string(Self.kind(of: fault))),
                        JSONMember("message", .string(fault.message)),
                    ]))
            ]), to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
