// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import LogReading
import Merkle
import Messages
import Outputs
import SystemPackage

/// `countersign output test`.
struct OutputTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract:
            "Show what a receiver would get of the newest records, and whether it can be reached.",
        discussion: """
            EXAMPLES:
              countersign output test siem
              countersign output test siem --show 3

            Nothing is delivered, and no position changes. Personal values that the output discloses are shown as \
            withheld here: opening them would be a reading.
            """)

    @Argument(help: "Name of the output.")
    var name: String

    @Option(help: "How many records to show, 1 to 100.")
    var show = 1

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100).contains(show) else {
            throw ValidationError("--show takes a number from 1 to 100.")
        }
    }

    func run() async throws {
        let order = try ConfiguredOutputs(deployment).named(name)
        let now = CommandContext.current.now
        let sender = order.receiver.sender(now: now)
        let messages = output.messages
        let shown = try previews(order, sender).map { String(decoding: $0, as: UTF8.self) }
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("output", .string(name)),
                    JSONMember("receiver", .string(order.receiver.target)),
                    JSONMember("messages", .array(shown.map { .string($0) })),
                ]))
        } else {
            for line in shown { try output.screen.line("\(line)") }
        }
        do throws(OutputFailure) {
            try sender.check()
        } catch {
            throw CommandFailure(error)
        }
        try messages.line("\(order.receiver.kind) \(order.receiver.target) can be reached")
    }

    private func previews(
        _ order: OutputOrder, _ sender: any OutputSender
    ) throws(CommandFailure) -> [[UInt8]] {
        do throws(OutputFailure) {
            return try order.plan.newest(show).map { record in
                let bytes = sender.preview(record)
                return bytes.last == 0x0A ? bytes.dropLast() : bytes
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}
