// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle

/// The admin listener: how the proxy stands, the log as any C2SP client reads it, and who may look. Over plain HTTP,
/// meant for loopback, or for a TLS proxy in front.
///
/// Everything is bounded: connections, header sizes, idle time, and how often files are read.
package final class Console: Sendable {
    private static let mostConnections = 128
    /// How long a connection may be without a request, and each part of one may take: the end of a body, the reading of
    /// an answer.
    private static let patience = TimeAmount.seconds(30)
    /// A body longer than this ends the connection; endpoints read less of it.
    private static let mostBodyBytes = 64 << 10

    /// The port it listens on.
    package let port: Int
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    private init(port: Int, group: ServiceGroup, running: Task<Void, any Error>) {
        self.port = port
        self.group = group
        self.running = running
    }

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - host: an IP address.
    ///   - port: 0 takes any free one.
    ///   - open: what takes no account.
    ///   - others: what rooms above this one answer.
    package static func start(
        host: String, port: Int, hosts: AllowedHosts, open: Set<OpenPart>,
        sources: ConsoleSources, others: [any EndpointGroup], logger: Logger
    ) async throws(ConsoleFault) -> Console {
        let (bound, announce) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(
            services: [
                application(
                    host: host, port: port,
                    responder: ConsoleRouter(
                        sources: sources, others: others, hosts: hosts, open: open, logger: logger
                    ).responder(),
                    logger: logger
                ) { announce.yield($0) }
            ], logger: logger)
        let running = Task {
            defer { announce.finish() }
            try await group.run()
        }
        for await port in bound {
            return Console(port: port, group: group, running: running)
        }
        let address = AuthorityText.of(host, port: port)
        switch await running.result {
        case .success: throw ConsoleFault(address: address, cause: nil)
        case .failure(let error): throw ConsoleFault(address: address, cause: error)
        }
    }

    private static func application(
        host: String, port: Int, responder: RouterResponder<ConsoleContext>, logger: Logger,
        bound: @escaping @Sendable (Int) -> Void
    ) -> Application<RouterResponder<ConsoleContext>> {
        Application(
            responder: responder,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [
                        ConnectionLimits(mostBodyBytes: mostBodyBytes, patience: patience)
                    ],
                    idleTimeout: patience,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10,
                        maxHeaderFieldCount: 64))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil, backlog: 256,
                availableConnectionsDelegate: MaximumAvailableConnections(mostConnections)),
            onServerRunning: { channel in bound(channel.localAddress?.port ?? port) },
            logger: logger)
    }

    /// Stops accepting, lets answers in progress finish, and returns when done.
    package func stop() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
    }
}

/// Why the console does not listen.
package struct ConsoleFault: Error, Sendable, CustomStringConvertible {
    /// Where it was to listen.
    package let address: String
    package let cause: (any Error)?

    package var description: String { text(nil) }

    /// What happened and what to do about it.
    ///
    /// - Parameter why: the cause in words.
    package func text(_ why: String?) -> String {
        "The admin address \(address) cannot be listened on\(why.map { " (\($0))" } ?? ""). "
            + "Set admin.address to a free one."
    }
}
