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

            SIGTERM and SIGINT stop it: requests under way finish, the log is closed. SIGHUP reads the
            configuration again: all of it is put in force, or none. COUNTERSIGN_LOG_LEVEL says how much is
            told of the program's own doings: trace, debug, info, notice, warning, error, critical.
            """)

    @OptionGroup var deployment: DeploymentOptions

    @Option(help: "Name of this proxy in records, `producer.uid`.")
    var producer = "countersign"

    @Option(help: "Event loops; default: one for each core.")
    var loops: Int?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        // From here on a signal ends the command in order, however far it has come.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let logger = try Self.logger()
        let deployment = try deployment.read()
        let key = try SigningKey.read(deployment.settings.log).verifierKey
        let server = try await ProxyServer.start(
            deployment, producer: producer, eventLoops: loops, logger: logger)
        let served = await Outcome.of {
            let console = try await AdminConsole.start(
                for: server, deployment.settings, key: key, logger: logger)
            let waited = await Outcome.of {
                try announce(server, console, deployment.settings)
                let watch = KeyFileWatch { await lookAtKeys(server) }
                defer { watch.stop() }
                try await attend(signals, server)
            }
            try await console.stop()
            try waited.get()
        }
        if let poisoned = await server.stop() {
            throw CommandFailure(.failure, "\(poisoned.description)")
        }
        try served.get()
        try output.messages.line("stopped; the log is closed")
    }

    private static func logger() throws(CommandFailure) -> Logger {
        var logger = Logger(label: "countersign")
        logger.logLevel = try logLevel()
        return logger
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
        _ server: ProxyServer, _ console: Console, _ settings: DeploymentSettings
    ) throws(OutputClosed) {
        for address in server.dataPlane.addresses {
            try output.messages.line("proxy on \(address.host):\(address.port)")
        }
        let host = settings.admin.address.address.description
        let authority = host.contains(":") ? "[\(host)]" : host
        try output.messages.line("admin on http://\(authority):\(console.port)/status")
        try output.messages.line(
            "log \(settings.log.directory.text), \(server.ledger.status.size.count) records")
    }

    /// Returns when a signal says to stop.
    private func attend(_ signals: UnixSignalsSequence, _ server: ProxyServer) async throws {
        for await signal in signals {
            guard signal == .sighup else { break }
            try output.messages.line(await reload(server))
        }
        try output.messages.line("stopping")
    }

    /// Puts changed key files in force and says what came of it.
    private func lookAtKeys(_ server: ProxyServer) async {
        let message: SafeText
        do throws(CommandFailure) {
            guard try await server.lookAtKeys() == true else { return }
            message = "changed keys are in force"
        } catch {
            message = "countersign: changed keys refused: \(error.message ?? "see above")"
        }
        do throws(OutputClosed) {
            try output.messages.line(message)
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

/// What came of work whose end must not keep what follows from being done.
private typealias Outcome = Result<Void, any Error>

extension Outcome {
    fileprivate static func of(_ work: () async throws -> Void) async -> Outcome {
        do {
            return .success(try await work())
        } catch {
            return .failure(error)
        }
    }
}
