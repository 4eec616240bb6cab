// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import Access
internal import Identity
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Observability
internal import Transport

extension ClientConnection: HelloReceiver {
    /// The hello was read; it may name a host.
    func helloRead(serverName: [UInt8]?) {
        requestedName = serverName?.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    }

    /// The client and we have no protocol in common.
    func refusedHello() {
        handshakeFailed(.noProtocol)
    }

    /// Counts a handshake that failed, and tells of it; whoever knows closes the connection.
    func handshakeFailed(_ problem: ClientTLSProblem) {
        // Closing can be one more failure.
        phase = .lingering
        lane.meters.countHandshake(listener: listener.number, .failed)
        lane.tell(failedHandshakeOf: peer, problem)
    }

    /// Notes the handshake's end.
    func handshakeEvent(_ event: Any) {
        guard case TLSUserEvent.handshakeCompleted = event, phase == .opening, let context else {
            return
        }
        do {
            let handler = try context.pipeline.syncOperations.handler(
                type: NIOSSLServerHandler.self)
            let identity = lane.desk.rules.identity
            tls = try ClientTLS(
                handler, serverName: requestedName, generation: identity.generation,
                source: identity.certificates)
        } catch {
            handshakeFailed(.unreadable)
            context.close(promise: nil)
            return
        }
        lane.meters.countHandshake(listener: listener.number, .completed)
        lane.lookAtClock()
        phase = .awaitingHead
        deadline = lane.now + terms.headTimeout
        lane.watch(self)
        context.read()
    }

    /// Too many connections are open: this one gets an answer, and no request is read from it.
    func turnAway() {
        lane.counters.refusedConnections.count()
        refuse(.tooManyConnections)
        afterEvent()
    }
}
