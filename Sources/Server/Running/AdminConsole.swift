// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import AuditorAPI
import ByteCoding
import Catalog
import Console
import ConsolePage
import Disclosures
import Ledger
import LogReading
import Logging
import Merkle
import Messages
import Observability
import Settings
import SystemPackage
internal import Transport

/// The console of a running proxy, on the configured admin address.
enum AdminConsole {
    /// How long the disk may take for one group before the proxy counts as not ready: longer than any working disk
    /// takes, shorter than callers wait.
    static let patience = Duration.seconds(5)

    /// Where it listens.
    static func address(_ settings: AdminSettings) -> (host: String, port: Int) {
        (settings.address.address.description, Int(settings.address.port))
    }

    /// What takes no account there.
    static func open(_ settings: AdminSettings) -> Set<OpenPart> {
        Set(
            settings.open.map { part in
                switch part {
                case .status: .status
                case .metrics: .metrics
                case .log: .log
                }
            })
    }

    static func start(
        for server: ProxyServer, _ accounts: AccountOffice, _ settings: DeploymentSettings,
        logger: Logger
    ) async throws(CommandFailure) -> Console {
        let address = Self.address(settings.admin)
        let directory = FilePath(settings.log.directory.text)
        let (ledger, origin) = (server.ledger, settings.log.origin.text)
        let dataPlane = server.dataPlane
        let (standing, services) = (server.standing, server.services)
        @Sendable func live() -> LiveStatus {
            LiveStatus(ledger, origin: origin, configuration: standing, services)
        }
        var sources = ConsoleSources(
            log: { try StaticLog(LogSnapshot(directory: directory)) },
            keys: { ledger.signingKeys },
            obstacle: {
                standing.isStopping
                    ? "The proxy is stopping." : ledger.obstacle(patience: patience)?.description
            },
            status: { live().json },
            growth: { _ = await ledger.feed.size(after: TreeSize($0)) },
            metrics: { live().metrics + ledger.metrics + dataPlane.metrics },
            accounts: accounts)
        let pages = ConsolePages(keys: sources.keys)
        sources.frame = pages.frame
        // At startup the library logs what the command reports itself.
        var quieter = logger
        quieter.logLevel = max(logger.logLevel, .warning)
        do throws(ConsoleFault) {
            return try await Console.start(
                host: address.host, port: address.port,
                hosts: AllowedHosts(names: settings.admin.names), open: open(settings.admin),
                sources: sources,
                others: [
                    AuditorAPI(
                        auditing(
                            server, accounts, directory, .of(server, origin, logger))),
                    pages,
                ], logger: quieter)
        } catch {
            let why = error.cause.map { SocketProblem($0).words }
            throw CommandFailure(.unavailable, "\(error.text(why))")
        }
    }

    /// Where the answers to auditors come from.
    private static func auditing(
        _ server: ProxyServer, _ accounts: AccountOffice, _ directory: FilePath, _ live: LiveLog
    ) -> AuditorSources {
        let (ledger, catalog, now) = (
            server.ledger, server.services.catalog, server.surroundings.now
        )
        let standing = server.standing
        var sources = AuditorSources(
            catalog: { catalog?.catalog }, standing: { catalog?.standing ?? .off },
            noticed: { catalog?.noticed($0) }, snapshot: { try LogSnapshot(directory: directory) },
            live: live,
            record: { reading, reader in try ledger.record(reading, by: reader) },
            accounts: accounts, now: now)
        server.services.exports.follow(accounts)
        sources.exports = server.services.exports.desk
        sources.privacy = .of(ledger, accounts)
        sources.settings = { standing.shown }
        return sources
    }
}
