// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Messages
import Server

/// The world as a command sees it; tests substitute their own.
package struct CommandContext: Sendable {
    /// Data goes here.
    package var output: OutputSink
    /// Messages go here.
    package var messages: OutputSink
    /// All of standard input, up to a number of bytes; nil where it is a terminal.
    package var input: @Sendable (_ most: Int) throws -> [UInt8]?
    /// Asks somebody at a terminal for a secret, which is not shown; nil where there is no terminal.
    package var secret: @Sendable (_ prompt: String) throws -> [UInt8]?
    package var environment: [String: String]
    package var now: @Sendable () -> UTCInstant
    /// Who may interrupt a command whose work can be gone on with.
    package var interruption = Interruption.none

    package init(
        output: OutputSink, messages: OutputSink,
        input: @escaping @Sendable (_ most: Int) throws -> [UInt8]?,
        secret: @escaping @Sendable (_ prompt: String) throws -> [UInt8]?,
        environment: [String: String], now: @escaping @Sendable () -> UTCInstant
    ) {
        self.output = output
        self.messages = messages
        self.input = input
        self.secret = secret
        self.environment = environment
        self.now = now
    }

    /// The context that the running command belongs to.
    @TaskLocal static var current = CommandContext.process

    /// The part of it that the server gets.
    var surroundings: Surroundings { Surroundings(environment: environment, now: now) }

    /// A variable's value; an empty one counts as not set.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
