// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Console
import DataPlane
import Ledger
import Logging
import Merkle
import NIOCore
import Settings
import SignedNotes
import UnixSignals

/// `countersign serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the proxy and its log.",
        discussion: """
            EXAMPLES:
              countersign serve
              countersign serve -c /etc/countersign/countersign.yaml

            SIGTERM and SIGINT stop it: requests under way finish, the log is closed. SIGHUP reads the \
            configuration again: all of it is put in force, or none. COUNTERSIGN_LOG_LEVEL says how much is \
            told of the program's own doings: trace, debug, info, notice, warning, error, critical. These \
            messages go to standard error and never hold personal values.
            """)

    @OptionGroup var deployment: DeploymentOptions

    @Option(help: "Name of this proxy in records, `producer.uid`.")
    var producer = "countersign"

    @Option(help: "Event loops; default: one for each core.")
    var loops: Int?

    @Option(help: "How messages are written; default: json with --json.")
    var logFormat: ServerMessages.Format?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        // From here on a signal ends the command in order, however far it has come.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let messages = try ServerMessages(logFormat, output)
        let logger = messages.logger(try Self.logLevel())
        let deployment = try deployment.read()
        let server = try await ProxyServer.start(
            deployment, producer: producer, eventLoops: loops, logger: logger)
        let served = await Result.of {
            let console = try await AdminConsole.start(
                for: server, deployment.settings, logger: logger)
            let waited = await Result.of {
                try await ControlListener.serving(server, deployment.settings.log) {
                    try announce(server, console, deployment.settings, messages)
                    let watch = KeyFileWatch { await lookAtKeys(server, messages) }
                    defer { watch.stop() }
                    try await attend(signals, server, messages)
                }
            }
            try await console.stop()
            try waited.get()
        }
        if let poisoned = await server.stop() {
            throw CommandFailure(.failure, "\(poisoned.description)")
        }
        try served.get()
        try messages.say("stopped; the log is closed")
    }

    /// How much the program says of its own doings.
    private static func logLevel() throws(CommandFailure) -> Logger.Level {
        guard let name = CommandContext.current.variable("COUNTERSIGN_LOG_LEVEL") else {
            return .info
        }
        guard let level = Logger.Level(rawValue: name) else {
            let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(
                .usage, "COUNTERSIGN_LOG_LEVEL is `\(name)`; set it to one of \(names).")
        }
        return level
    }

    private func announce(
        _ server: ProxyServer, _ console: Console, _ settings: DeploymentSettings,
        _ messages: ServerMessages
    ) throws {
        let proxies = server.dataPlane.addresses.map { "\($0.host):\($0.port)" }
        for proxy in proxies { try messages.say("proxy on \(proxy)") }
        let host = settings.admin.address.address.description
        let authority = host.contains(":") ? "[\(host)]" : host
        let admin = "http://\(authority):\(console.port)"
        try messages.say("admin on \(admin)/status")
        let (directory, size) = (settings.log.directory.text, server.ledger.status.size.count)
        for warning in server.ledger.recovery.warnings {
            try messages.say("warning: \(warning)")
        }
        try messages.say("log \(directory), \(size) records")
        guard try output.isJSON else { return }
        try output.screen.json(
            .object([
                JSONMember("proxy", .array(proxies.map { .string($0) })),
                JSONMember("admin", .string(admin)), JSONMember("log", .string(directory)),
                JSONMember("records", .integer(Int64(clamping: size))),
            ]))
    }

    /// Returns when a signal says to stop.
    private func attend(
        _ signals: UnixSignalsSequence, _ server: ProxyServer, _ messages: ServerMessages
    ) async throws {
        for await signal in signals {
            guard signal == .sighup else { break }
            try messages.say(await reload(server))
        }
        try messages.say("stopping")
    }

    /// Puts changed key files in force and says what came of it.
    private func lookAtKeys(_ server: ProxyServer, _ messages: ServerMessages) async {
        let message: SafeText
        do throws(CommandFailure) {
            guard try await server.lookAtKeys() == true else { return }
            message = "changed keys are in force"
        } catch {
            message = "countersign: changed keys refused: \(error.message ?? "see above")"
        }
        do throws(OutputClosed) {
            try messages.say(message)
        } catch {
            // Nobody reads messages any more; the record says the same.
        }
    }

    /// Reads the configuration again and says what came of it.
    private func reload(_ server: ProxyServer) async -> SafeText {
        do throws(CommandFailure) {
            let notes = try await server.reload { () throws(CommandFailure) in
                try deployment.read()
            }
            return notes.reduce("configuration reloaded") { $0 + "\nnote: " + $1 }
        } catch {
            return "countersign: reload refused: \(error.message ?? "see above")"
        }
    }
}

extension RecoveryReport {
    /// What whoever starts the server has to hear of; `recovery` of the record log.start has it, too.
    var warnings: [String] {
        var warnings: [String] = []
        if stateWasMissing {
            warnings.append(
                "log.state remembered nothing of this log, so that an older copy would not have been noticed; make sure that this is the newest"
            )
        }
        if unsignedRecords > 0 {
            warnings.append(
                "\(unsignedRecords) records behind the newest checkpoint were left out: no checkpoint of this copy covers them"
            )
        }
        if !restoredFiles.isEmpty {
            warnings.append(
                "bytes that had been published were missing and were restored from the commit journal: \(restoredFiles.joined(separator: ", "))"
            )
        }
        return warnings
    }
}
