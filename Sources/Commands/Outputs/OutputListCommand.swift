// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Merkle
import Messages
import Outputs
import Server

/// `countersign output list`.
struct OutputListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show every output, how far it is, and what is wrong with it.",
        discussion: """
            EXAMPLES:
              countersign output list
              countersign output list --json

            Asks the server where one runs, and reads the positions in `log.state` otherwise. Exit code 1 where \
            an output has failed three times in a row, or is more than 15 minutes behind.
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configured = try ConfiguredOutputs(deployment)
        let status = JSONValue.object([JSONMember("do", .string("status"))])
        let served = try await ControlSocket.ask(status, in: configured.state)?["outputs"]?.array
        let outputs = try served ?? configured.orders.map(Self.stored)
        if try output.isJSON {
            try output.screen.json(.object([JSONMember("outputs", .array(outputs))]))
        } else if outputs.isEmpty {
            try output.messages.line("the configuration has no outputs")
        } else {
            var table = Table(["OUTPUT", "KIND", "RECEIVER", "STANDING"])
            for json in outputs {
                let shown = ShownOutput(json)
                table.rows.append([
                    "\(shown.name)", "\(json["kind"]?.string ?? "?")",
                    "\(json["target"]?.string ?? "?")",
                    served == nil ? Self.stopped(json) : shown.summary,
                ])
            }
            try output.screen.table(table)
            // Whole, however narrow the terminal is.
            for shown in outputs.map(ShownOutput.init) {
                guard let cause = shown.cause else { continue }
                try output.screen.line("\(shown.name): " + cause)
            }
        }
        guard !outputs.contains(where: { $0["trouble"]?.bool == true }) else {
            throw CommandFailure(.failure)
        }
    }

    /// What is known of an output while no server runs.
    private static func stored(_ order: OutputOrder) throws(CommandFailure) -> JSONValue {
        var standing = order.standing
        do throws(OutputFailure) {
            let position = try order.plan.position.read()
            standing.next = position?.next.value ?? 0
            standing.logSize = standing.next
            standing.again = position?.again?.value
        } catch {
            throw CommandFailure(error)
        }
        return standing.json
    }

    private static func stopped(_ json: JSONValue) -> SafeText {
        SafeText("had \(json["next"]?.integer ?? 0) records; no server runs", .caution)
    }
}
