// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Outputs
import Server

/// `countersign output replay`.
struct OutputReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Deliver records once more, from an index on.",
        discussion: """
            EXAMPLES:
              countersign output replay siem --from 4096
              countersign output replay siem --from 0

            The receiver gets everything from that record on again; each record has the same uid as before. The \
            server does it where one runs, and otherwise at its next start.
            """)

    @Argument(help: "Name of the output.")
    var name: String

    @Option(help: "Index of the first record to deliver again.")
    var from: UInt64

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configured = try ConfiguredOutputs(deployment)
        let order = try configured.named(name)
        let request = JSONValue.object([
            JSONMember("do", .string("replay_output")), JSONMember("output", .string(name)),
            JSONMember("from", .integer(Int64(clamping: from))),
        ])
        let answer = try await ControlSocket.ask(request, in: configured.state)
        if let why = answer?["why"]?.string {
            throw CommandFailure(.failure, "output \(name) is not replayed: \(why).")
        }
        if answer == nil {
            do throws(OutputFailure) {
                try order.plan.goBack(to: from)
            } catch {
                throw CommandFailure(error)
            }
        }
        guard try output.isJSON else {
            return try output.messages.line(
                answer == nil
                    ? "output \(name) begins with record \(from) when the server starts"
                    : "output \(name) goes on from record \(from)")
        }
        try output.screen.json(
            .object([
                JSONMember("output", .string(name)),
                JSONMember("from", .integer(Int64(clamping: from))),
                JSONMember("by_server", .bool(answer != nil)),
            ]))
    }
}
