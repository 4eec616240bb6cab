// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Console
import HTTPPlane
import Transport
import Ledger
package import Logging
import Merkle
package import Messages
package import Settings
package import UnixSignals

/// A process that serves: the proxy with its console, its socket for commands, its watch over key files, and the
/// signals that reload and stop it.
///
/// It prints nothing: its caller is notified of each ``Event``.
package struct ServedProcess: Sendable {
    private let producer: String
    private let eventLoops: Int?
    private let surroundings: Surroundings
    private let logger: Logger
    private let read: @Sendable () throws(CommandFailure) -> Deployment
    private let tell: @Sendable (Event) throws -> Void

    /// - Parameters:
    ///   - producer: the proxy's name in records.
    ///   - eventLoops: nil: one for each core.
    ///   - read: gives the configuration, at the start and for each reload.
    ///   - tell: an error that it throws ends the server, except during a change of keys, when nobody may be reading.
    package init(
        producer: String, eventLoops: Int?, in surroundings: Surroundings, logger: Logger,
        read: @escaping @Sendable () throws(CommandFailure) -> Deployment,
        tell: @escaping @Sendable (Event) throws -> Void
    ) {
        self.producer = producer
        self.eventLoops = eventLoops
        self.surroundings = surroundings
        self.logger = logger
        self.read = read
        self.tell = tell
    }

    /// Serves until a signal other than SIGHUP comes. However it ends, everything that was started is stopped, the
    /// log last.
    package func run(
        until signals: some AsyncSequence<UnixSignal, Never> & Sendable
    ) async throws {
        let deployment = try read()
        let settings = deployment.settings
        let server = try await ProxyServer.start(
            deployment, producer: producer, eventLoops: eventLoops, in: surroundings,
            logger: logger)
        let served = await Result.of {
            let accounts = try AccountsStore(settings.log).office(
                server.ledger, now: surroundings.now)
            let console = try await AdminConsole.start(
                for: server, accounts, settings, logger: logger)
            server.standing.opened(admin: authority(of: console, settings))
            let waited = await Result.of {
                try await ControlListener.serving(server, settings.log, accounts) {
                    try tell(.started(start(of: server, accounts, console, settings)))
                    let watch = KeyFileWatch { await lookAtKeys(of: server) }
                    defer { watch.stop() }
                    let watching = LedgerWatching(server.ledger, logger)
                    defer { watching.stop() }
                    try await attend(signals, server)
                }
            }
            // Until nobody is served any more, whoever asks is told so.
            await server.finish()
            try await console.stop()
            try waited.get()
        }
        if let poisoned = await server.stop() {
            throw CommandFailure(.failure, "\(poisoned.description)")
        }
        try served.get()
        try tell(.stopped)
    }

    private func start(
        of server: ProxyServer, _ accounts: AccountOffice, _ console: Console,
        _ settings: DeploymentSettings
    ) -> Start {
        Start(
            proxies: server.dataPlane.addresses.map(\.text),
            admin: "http://\(authority(of: console, settings))",
            logDirectory: settings.log.directory.text,
            records: server.ledger.status.size.count,
            warnings: server.ledger.recovery.warnings,
            offerSetUp: accounts.offerSetUp)
    }

    /// Where the console listens, as it stands in a URL.
    private func authority(of console: Console, _ settings: DeploymentSettings) -> String {
        AuthorityText.of(settings.admin.address.address.text, port: console.port)
    }

    /// Returns when a signal says to stop.
    private func attend(
        _ signals: some AsyncSequence<UnixSignal, Never> & Sendable, _ server: ProxyServer
    ) async throws {
        for await signal in signals {
            guard signal == .sighup else { break }
            try tell(await reload(server))
        }
        try tell(.stopping)
    }

    /// Reads the configuration again.
    private func reload(_ server: ProxyServer) async -> Event {
        // Whoever has renamed a file sends the same signal, whatever becomes of the configuration.
        server.services.outputs.reopen()
        do throws(CommandFailure) {
            return .reloaded(notes: try await server.reload(read))
        } catch {
            return .reloadRefused(error)
        }
    }

    /// Puts changed key files in force.
    private func lookAtKeys(of server: ProxyServer) async {
        let event: Event
        do throws(CommandFailure) {
            guard try await server.lookAtKeys() == true else { return }
            event = .keysChanged
        } catch {
            event = .keysRefused(error)
        }
        do {
            try tell(event)
        } catch {
            // Nobody reads the messages any longer; the record says the same.
        }
    }
}

extension ServedProcess {
    /// What happens in a server's life, for its caller.
    package enum Event: Sendable {
        case started(Start)
        /// A changed configuration is in force.
        ///
        /// - Parameter notes: what was skipped.
        case reloaded(notes: [SafeText])
        /// The old configuration stays in force.
        case reloadRefused(CommandFailure)
        /// Changed key files are in force.
        case keysChanged
        /// Changed key files cannot be used: the old keys stay in force.
        case keysRefused(CommandFailure)
        /// A signal asked for the end: requests in progress finish.
        case stopping
        /// The log is closed.
        case stopped
    }

    /// Where a server that has begun to serve is reached, and what it serves from.
    package struct Start: Sendable {
        /// Where clients connect, `HOST:PORT`.
        package let proxies: [String]
        /// The console's URL.
        package let admin: String
        package let logDirectory: String
        package let records: UInt64
        /// What people have to know about the opening of the log.
        package let warnings: [String]
        /// Makes the secret of the first-run link, behind `/setup/` on the console; nil where there is an account. For
        /// a terminal, and nothing that keeps what it is told.
        package let offerSetUp: @Sendable () -> String?
    }
}
