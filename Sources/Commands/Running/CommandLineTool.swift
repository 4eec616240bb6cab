// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Glibc
package import Messages

/// The program `countersign`, from arguments to exit status.
package enum CommandLineTool {
    /// Runs the process's command and ends it.
    package static func main() async -> Never {
        // A closed pipe is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let status = await run(Array(CommandLine.arguments.dropFirst()), in: .process)
        exit(status.rawValue)
    }

    /// Runs one command.
    package static func run(
        _ arguments: [String], in context: CommandContext
    ) async -> ExitStatus {
        await CommandContext.$current.withValue(context) {
            do throws(OutputClosed) {
                return try await end(of: arguments, in: context)
            } catch {
                guard let cause = error.cause else { return .outputClosed }
                return lost(cause, in: context)
            }
        }
    }

    /// Output was lost, and not because nobody reads it.
    private static func lost(_ cause: String, in context: CommandContext) -> ExitStatus {
        // If messages cannot be written either, only the exit status is left to say it.
        _ = Result { () throws(OutputClosed) in
            try Screen.messages(of: context).line(
                "countersign: the output could not be written: \(cause). Make room, or send it elsewhere, and run this again."
            )
        }
        return .failure
    }

    /// Every command, as the words that call it.
    package static var commandPaths: [[String]] {
        CommandNames.paths(from: CountersignCommand.self)
    }

    private static func end(
        of arguments: [String], in context: CommandContext
    ) async throws(OutputClosed) -> ExitStatus {
        do {
            let called = try CommandNames.check(arguments, of: CountersignCommand.self)
            try RepeatedOptions.check(arguments, of: called)
            var command = try CountersignCommand.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return .success
        } catch let closed as OutputClosed {
            throw closed
        } catch let failure as CommandFailure {
            if let message = failure.message {
                let screen = Screen.messages(of: context)
                if isJSON(arguments, in: context) {
                    try screen.json(
                        CommandFailure.json(failure.status, message, details: failure.details))
                } else {
                    try screen.line("countersign: \(message)")
                }
            }
            return failure.status
        } catch {
            return try report(error, of: arguments, in: context)
        }
    }

    /// Whether a program reads what is printed, asked before the options are understood.
    private static func isJSON(_ arguments: [String], in context: CommandContext) -> Bool {
        context.wantsJSON || arguments.prefix { $0 != "--" }.contains("--json")
    }

    /// What the argument parser says to do: what the option wants, or where that is told.
    private static func remedy(in message: String) -> SafeText? {
        let lines = message.split(separator: "\n").map { $0.drop { $0 == " " } }
        let line =
            lines.first { $0.hasPrefix("Help:") }?.dropFirst("Help:".count)
            ?? lines.first { $0.hasPrefix("See ") }
        return line.map { "\(String($0.drop { $0 == " " }))" }
    }

    /// What the argument parser throws: help that was asked for, and usage errors.
    private static func report(
        _ error: any Error, of arguments: [String], in context: CommandContext
    ) throws(OutputClosed) -> ExitStatus {
        let isHelp = CountersignCommand.exitCode(for: error) == .success
        if !isHelp, isJSON(arguments, in: context) {
            let message: SafeText = "\(CountersignCommand.message(for: error))"
            let full = CountersignCommand.fullMessage(for: error, columns: 10_000)
            let details = remedy(in: full).map { [JSONMember("remedy", .string($0.plain))] } ?? []
            try Screen.messages(of: context).json(
                CommandFailure.json(.usage, message, details: details))
            return .usage
        }
        let sink = isHelp ? context.output : context.messages
        // The message may quote arguments, which are as hostile as any other text from outside.
        let text = CountersignCommand.fullMessage(for: error, columns: sink.columns ?? 80)
        // What programs read of the commands, for manual pages: all of it is ours.
        guard !arguments.contains("--experimental-dump-help") else {
            try sink.write(text + "\n")
            return .success
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        try sink.write(lines.map { SafeText("\($0)").plain + "\n" }.joined())
        return isHelp ? .success : .usage
    }
}
