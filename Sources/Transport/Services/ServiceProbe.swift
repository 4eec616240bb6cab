// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

extension ServiceEndpoint {
    /// What was found.
    package enum Probe: Sendable {
        case reached
        /// Why no connection was made.
        case unreachable(String)
        /// The connection was made; why what the service showed in the TLS handshake is not accepted.
        case notTrusted(String)
        /// The connection was made; why no TLS came of it.
        case notSecured(String)
    }

    /// Tests whether the service can be reached and trusted, the way requests will reach it; asks
    /// it nothing. Takes at most twice the time that is allowed for connecting.
    package func probe() async -> Probe {
        let channel: any Channel
        do {
            channel = try await connect(on: MultiThreadedEventLoopGroup.singleton.any()).get()
        } catch {
            return .unreachable(SocketProblem(error).words)
        }
        let outcome = await handshake(channel)
        channel.close(promise: nil)
        return outcome
    }

    private func handshake(_ channel: any Channel) async -> Probe {
        guard isSecure else { return .reached }
        let completed = channel.eventLoop.makePromise(of: Void.self)
        let limit = connectTimeout.timeAmount
        let deadline = channel.eventLoop.scheduleTask(in: limit) {
            completed.fail(ChannelError.connectTimeout(limit))
        }
        defer { deadline.cancel() }
        do {
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(HandshakeWatch(completed))
                channel.read()
            }.get()
        } catch {
            completed.fail(error)
        }
        do {
            try await completed.futureResult.get()
            return .reached
        } catch let problem as TLSProblem {
            return problem.isOfCertificate ? .notTrusted(problem.words) : .notSecured(problem.words)
        } catch ChannelError.connectTimeout {
            return .notSecured("the TLS handshake took too long")
        } catch {
            return .notSecured("\(SocketProblem(error).words) in the TLS handshake")
        }
    }
}

/// Reports how a handshake ended; only the first report counts.
private final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let completed: EventLoopPromise<Void>

    init(_ completed: EventLoopPromise<Void>) { self.completed = completed }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { completed.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError else {
            completed.fail(error)
            return
        }
        var leaf: NIOSSLCertificate?
        do {
            leaf = try context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
                .peerCertificate
        } catch {
            // Already gone; the failure is reported without it.
            leaf = nil
        }
        completed.fail(TLSProblem(error, leaf: leaf))
    }

    func channelInactive(context: ChannelHandlerContext) {
        completed.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}
