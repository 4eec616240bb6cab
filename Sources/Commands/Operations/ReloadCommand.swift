// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign reload`.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the running proxy read its configuration again.",
        discussion: """
            EXAMPLES:
              countersign reload
              countersign reload -c /etc/countersign/countersign.yaml --json

            Checks the configuration first, and tells the proxy only of one without a mistake. The proxy puts all \
            of it in force or nothing, and records either. It is told by SIGHUP, so this runs as the proxy's user \
            or as root. Changed keys need no reload.
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let fresh = try deployment.read()
        try Assembly(deployment: fresh, in: CommandContext.current.surroundings).check()
        guard let server = await RunningServer(fresh.settings) else {
            throw CommandFailure(
                .unavailable,
                "no proxy of this log answers in \(fresh.settings.log.state.text) or on \(fresh.settings.admin.address.text); start one with `countersign serve`. One that runs is not found once the file has changed both `log.state` (or `log.dir`) and `admin.address`: restart it."
            )
        }
        switch try await server.reload() {
        case .inForce: break
        case .refused(let keys): throw Self.refusal(keys)
        case .unrecorded(let why): throw CommandFailure(.unavailable, "\(why)")
        }
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("reloaded", .bool(true)),
                    JSONMember("config", .string(fresh.configHash)),
                ]))
        }
        try output.messages.line("configuration in force, \(fresh.configHash)")
    }

    /// - Parameter keys: those that take a restart, where that is why.
    private static func refusal(_ keys: [String]) -> CommandFailure {
        guard !keys.isEmpty else {
            return CommandFailure(
                .usage,
                "the proxy refused the configuration and goes on with the one before; its messages say why."
            )
        }
        let list = keys.joined(separator: ", ")
        return CommandFailure(
            .usage,
            "the proxy goes on with the configuration before: a change of \(list) takes effect at a restart only; restart it, or undo that change to reload the rest.",
            details: [JSONMember("takes_restart", .array(keys.map { .string($0) }))])
    }
}
