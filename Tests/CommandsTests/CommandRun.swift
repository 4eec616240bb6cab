// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Commands
import Messages
import Synchronization

/// What a command printed and how it ended.
struct CommandRun: Sendable {
    /// Ours: the testing library has one of the same name.
    typealias Status = ExitStatus

    var status: Status
    var output: String
    var messages: String

    /// The moment at which all commands of these tests run: 2026-11-21T09:00:00Z.
    static let now = UTCInstant(microseconds: 1_795_251_600_000_000)

    /// Runs a command in this process.
    ///
    /// - Parameters:
    ///   - input: standard input; nil: a terminal.
    ///   - columns: width of the terminal that output goes to; nil: a pipe.
    static func of(
        _ arguments: String..., environment: [String: String] = [:], input: String? = nil,
        columns: Int? = nil
    ) async -> CommandRun {
        await of(arguments, environment: environment, input: input, columns: columns)
    }

    static func of(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
        secret: String? = nil, columns: Int? = nil, now: UTCInstant = now,
        interruption: Interruption = .none
    ) async -> CommandRun {
        let (output, messages) = (Collector(), Collector())
        let bytes = input.map { Array($0.utf8) }
        var context = CommandContext(
            output: output.sink(columns), messages: messages.sink(columns), input: { _ in bytes },
            secret: { _ in secret.map { Array($0.utf8) } }, environment: environment,
            now: { now })
        context.interruption = interruption
        let status = await CommandLineTool.run(arguments, in: context)
        return CommandRun(status: status, output: output.text, messages: messages.text)
    }
}

/// Collects what is written.
private final class Collector: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

    func sink(_ columns: Int?) -> OutputSink {
        OutputSink(isTerminal: columns != nil, columns: columns) { more throws(OutputClosed) in
            self.bytes.withLock { $0 += more }
        }
    }
}
