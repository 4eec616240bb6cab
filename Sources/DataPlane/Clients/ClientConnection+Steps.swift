// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import Exchanges
internal import HTTPWire
internal import NIOCore
internal import Policy

extension ClientConnection {
    /// Does what the exchange says.
    func perform(_ step: Step) {
        switch step {
        case .wait: return
        case .forward(let recorded): forward(recorded)
        case .answer(let answer): send(answer)
        case .release: release()
        case .finish: finish()
        case .abort: abort()
        }
    }

    private func forward(_ recorded: RecordedRequest) {
        guard let table, let body else {
            preconditionFailure("ForwardsWhatItHas: no request is under way")
        }
        stage = .serving
        if let pendingEnd {
            end(pendingEnd, closes: true)
            return
        }
        if case .length(let length) = body.framing, length > listener.limits.mostBodyBytes {
            end(.bodyTooLarge, detail: bodyLimit, closes: !canPassOverBody)
            return
        }
        self.recorded = recorded
        connect(recorded, through: table[recorded.service], reuse: true)
    }

    func connect(_ recorded: RecordedRequest, through pool: UpstreamPool, reuse: Bool) {
        ticket += 1
        // Longer than connecting may take, which is measured there.
        deadlines.service = .now + pool.target.connectTimeout + pool.target.headTimeout
        pool.send(recorded, for: self, ticket: ticket, reuse: reuse)
    }

    /// Whether a lease is still for the request under way.
    func awaits(_ ticket: UInt64) -> Bool {
        ticket == self.ticket && stage == .serving && upstream == nil
    }

    private func release() {
        relay.isReleased = true
        deadlines.hold = .never
        write()
        flush()
        upstream?.readMore()
    }

    private func finish() {
        write()
        conclude(closes: relay.closes || !canPassOverBody)
    }

    /// The client's connection ends without another byte, and so that this cannot pass for an end.
    private func abort() {
        dropUpstream()
        if relay.isReleased { resetOnClose() }
        // Not even our side is closed in order.
        if phase != .closed { phase = .lingering }
        conclude(closes: true)
        closeAtOnce()
    }

    /// The exchange cannot come to its proper end.
    ///
    /// - Parameters:
    ///   - detail: what exactly happened, for the record, and for the client unless `detailForClient` is given.
    ///   - detailForClient: the same without what the service has sent.
    func end(
        _ reason: Reason, detail: String? = nil, detailForClient: String? = nil, closes: Bool
    ) {
        switch stage {
        case .none, .ending: return
        case .deciding: pendingEnd = pendingEnd ?? reason
        case .serving:
            guard let exchange else {
                preconditionFailure("ServesForAnExchange: no exchange is under way")
            }
            dropUpstream()
            stopBody()
            freeOutput()
            stage = .ending
            deadlines.service = .never
            deadlines.hold = .never
            perform(
                exchange.fail(
                    reason, detail: detail, detailForClient: detailForClient,
                    requestSize: body?.received ?? 0,
                    responseSize: relay.isReleased ? relay.contentBytes : 0,
                    isAsked: recorded != nil, closes: closes))
        }
    }

    /// Gives up the connection to the service, or the wait for one.
    func dropUpstream() {
        ticket += 1
        guard let upstream else { return }
        self.upstream = nil
        upstream.abandon()
    }

    /// The exchange is over: makes ready for the next request, or for the end.
    func conclude(closes: Bool) {
        stage = .none
        pendingEnd = nil
        exchange = nil
        table = nil
        recorded = nil
        relay = ResponseRelay()
        deadlines.client = .never
        deadlines.service = .never
        deadlines.hold = .never
        let isComplete = body?.stage != .held && body?.stage != .flowing
        if let head = head.take() { parser.recycle(head) }
        guard phase != .closed else { return }
        if closes || lane.isForced || lane.isDraining {
            closeGently()
        } else if isComplete {
            body = nil
            awaitHead()
        } else {
            phase = .discarding
            deadlines.client = .now + listener.bodyTimeout
        }
    }

    /// The next request may come.
    func awaitHead() {
        phase = .awaitingHead
        deadlines.client = .now + listener.idleTimeout
    }
}
