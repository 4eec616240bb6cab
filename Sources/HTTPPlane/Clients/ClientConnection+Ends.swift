// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import Access
internal import HTTPWire
internal import NIOCore
internal import NIOSSL
internal import Observability
internal import Transport

extension ClientConnection: DeadlineOwner {
    var nextDeadline: Moment {
        // As numbers: comparing moments goes through a witness table.
        Moment(
            nanoseconds: min(
                min(deadline.nanoseconds, writeDeadline.nanoseconds),
                access.nextDeadline.nanoseconds))
    }

    func deadlineReached(now: Moment) {
        if writeDeadline <= now {
            writeDeadline = .never
            access.clientStopped()
            // Otherwise it would wait for what cannot be sent.
            resetOnClose()
            closeAtOnce()
        }
        access.deadlineReached(now: now)
        if deadline <= now { timedOut() }
        afterEvent()
    }

    private func timedOut() {
        deadline = .never
        switch phase {
        case .awaitingHead where parser.isInHead: refuse(.headTimeout, unfinishedHead)
        case .opening:
            handshakeFailed(.timeout)
            closeAtOnce()
        case .awaitingHead, .discarding, .lingering: closeAtOnce()
        case .underWay, .closed: return
        }
    }

    /// What is known of a request whose head did not end.
    var unfinishedHead: RefusalNote {
        RefusalNote(unfinished: parser.unfinished, bytes: parser.arrivedBytes)
    }

    // MARK: Closing

    /// Closes our side once everything is sent, and the rest when the client closes or after a
    /// while.
    ///
    /// Closing at once with bytes unread would reset the connection and could lose the answer.
    func closeGently() {
        guard phase != .lingering, phase != .closed, let context else { return }
        phase = .lingering
        input = ByteBuffer()
        flush()
        guard !lane.isForced else {
            context.close(promise: nil)
            return
        }
        // Until all is sent, this waits for the client to read.
        deadline = lane.now + terms.writeTimeout
        let sent = context.eventLoop.makePromise(of: Void.self)
        context.close(mode: .output, promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { _ in
            guard self.phase == .lingering else { return }
            self.lane.lookAtClock()
            self.deadline = self.lane.now + self.terms.lingerTimeout
            self.lane.watch(self)
        }
    }

    /// Discards what comes after our side was closed, up to a bound.
    func linger(_ count: Int) {
        lingeredBytes += count
        if lingeredBytes > Self.mostLingered { closeAtOnce() }
    }

    private static let mostLingered = 1 << 20

    func closeAtOnce() {
        guard phase != .closed else { return }
        context?.close(promise: nil)
    }

    /// Makes closing a reset, so that no reader mistakes part of an answer for the whole.
    func resetOnClose() {
        guard let context else { return }
        do {
            let tls = try context.pipeline.syncOperations.context(
                handlerType: NIOSSLServerHandler.self)
            reset(context)
            // Beneath TLS, which would close cleanly.
            tls.close(promise: nil)
        } catch {
            // Without TLS there is nothing to bypass.
            reset(context)
        }
    }

    private func reset(_ context: ChannelHandlerContext) {
        guard let socket = context.channel as? any SocketOptionProvider else { return }
        // Two ints, like `struct linger`: on, with no time to linger. A channel that closes at this
        // moment no longer needs it, so the outcome does not matter.
        _ = socket.unsafeSetSocketOption(
            level: .socket, name: .so_linger, value: SIMD2<CInt>(1, 0))
    }

    // MARK: Shutdown

    /// No further request is served here.
    func drain() {
        if phase == .awaitingHead, !parser.isInHead, input.readableBytes == 0 { closeAtOnce() }
        if phase == .opening { closeAtOnce() }
    }

    /// Ends what is under way now.
    func forceEnd() {
        if access.isIdle { closeAtOnce() } else { access.forceEnd() }
        afterEvent()
    }
}
