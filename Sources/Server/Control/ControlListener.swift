// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
import ByteCoding
import Glibc
import Messages
import NIOCore
import NIOPosix
package import Settings
import Transport

/// The server's end of its control socket.
package final class ControlListener: Sendable {
    /// Answers a request; blocks, and is called off the event loops.
    ///
    /// - Parameter user: whose process asks, as the kernel says.
    typealias Handler = @Sendable (_ request: JSONValue, _ user: UInt32) -> JSONValue

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private let running: Task<Void, any Error>

    private init(running: Task<Void, any Error>) { self.running = running }

    /// Starts listening. A socket that an earlier server left is replaced: the log's lock says that it is gone.
    ///
    /// - Parameter folder: of the server's state.
    static func start(
        in folder: String, handler: @escaping Handler
    ) async throws(CommandFailure) -> ControlListener {
        let place = try ControlSocket.Place(folder)
        do {
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(unixDomainSocketPath: place.path, cleanupExistingSocketFile: true) {
                    channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Connection(wrappingChannelSynchronously: channel)
                    }
                }
            // Safe: the call reads the path while it runs, and keeps nothing.
            guard unsafe chmod(place.path, 0o600) == 0 else {
                try await server.channel.close()
                throw CommandFailure(
                    .failure, "the socket in \(folder) cannot be closed to others.")
            }
            return ControlListener(
                running: Task {
                    try await server.executeThenClose { connections in
                        try await withThrowingDiscardingTaskGroup { group in
                            for try await connection in connections {
                                group.addTask { await serve(connection, handler) }
                            }
                        }
                    }
                })
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(
                .unavailable,
                "the socket for commands in \(folder) cannot be listened on: \(SocketProblem(error).words)."
            )
        }
    }

    /// Answers commands on this host while some work runs.
    package static func serving(
        _ server: ProxyServer, _ log: LogSettings, _ accounts: AccountOffice,
        while work: () async throws -> Void
    ) async throws {
        let handler = ControlHandler(
            ledger: server.ledger, settings: log, standing: server.standing,
            services: server.services, accounts: accounts)
        let listener = try await start(in: log.state.text) { handler.answer($0, user: $1) }
        let done = await Result.of(work)
        try await listener.stop(in: log.state.text)
        try done.get()
    }

    /// Stops listening, and removes the socket.
    func stop(in folder: String) async throws(CommandFailure) {
        running.cancel()
        _ = await running.result
        try LocalFile.removeIfAny(LocalFile.path(of: ControlSocket.name, in: folder))
    }

    private static func serve(_ connection: Connection, _ handler: @escaping Handler) async {
        let raw = connection.channel
        let deadline = raw.eventLoop.scheduleTask(in: ControlSocket.patience) {
            raw.close(promise: nil)
        }
        defer { deadline.cancel() }
        do {
            let user = try await peer(of: raw)
            try await connection.executeThenClose { inbound, outbound in
                let bytes = try await ControlSocket.readLine(inbound)
                let request = try JSONParser.parse(bytes, as: .strict, deepest: 4)
                let answer = try await NIOThreadPool.singleton.runIfActive {
                    handler(request, user)
                }
                try await outbound.write(ControlSocket.line(answer))
            }
        } catch {
            // The other side left, or its request cannot be understood: there is nobody to answer.
        }
    }

    /// Whose process is at the other end.
    private static func peer(of channel: any Channel) async throws -> UInt32 {
        guard let options = channel as? any SocketOptionProvider else { throw NotASocket() }
        // SO_PEERCRED fills in three numbers of 32 bits: process, user and group (unix(7)).
        let credentials: (Int32, UInt32, UInt32) = try await options.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        ).get()
        return credentials.1
    }

    private struct NotASocket: Error {}
}
