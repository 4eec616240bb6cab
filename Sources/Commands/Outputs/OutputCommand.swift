// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages
import Outputs
import Server
import Settings

/// `countersign output`.
struct OutputCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "output",
        abstract: "Look at where records go as they come, and deliver some again.",
        discussion: """
            EXAMPLES:
              countersign output list
              countersign output test siem --show 3
              countersign output replay siem --from 4096

            Outputs are those of the configuration. Each goes on from its own position in the log: there is no \
            queue that could be lost.
            """,
        subcommands: [
            OutputListCommand.self, OutputTestCommand.self, OutputReplayCommand.self,
        ])
}

/// The outputs of a configuration.
struct ConfiguredOutputs {
    let orders: [OutputOrder]
    let state: String

    init(_ options: DeploymentOptions) throws(CommandFailure) {
        let deployment = try options.read()
        orders = try Assembly(
            deployment: deployment, in: CommandContext.current.surroundings
        ).outputs()
        state = deployment.settings.log.state.text
    }

    /// The one with a name.
    func named(_ name: String) throws(CommandFailure) -> OutputOrder {
        if let order = orders.first(where: { $0.plan.name == name }) { return order }
        let names = orders.map(\.plan.name)
        throw CommandFailure(
            .notFound,
            names.isEmpty
                ? "the configuration has no output; `outputs` in it lists them."
                : "there is no output \(name)\(NearestName.hint(name, among: names)); `countersign output list` shows all."
        )
    }
}

extension CommandFailure {
    /// An output cannot do something.
    init(_ failure: OutputFailure) {
        let status: ExitStatus =
            switch failure.code {
            case .unreachable, .disconnected, .timeout, .busy: .unavailable
            case .notPermitted: .notPermitted
            case .notAsSigned: .integrityFailure
            case .notTrusted, .badAnswer, .refusesAll, .file, .log, .unrecorded, .position:
                .failure
            }
        self.init(status, "\(failure.message)")
    }
}
