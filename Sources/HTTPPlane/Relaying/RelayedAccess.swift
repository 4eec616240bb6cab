// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Access
internal import HTTPWire
internal import Identity
internal import Ledger
internal import NIOCore
internal import Observability
internal import Policy
internal import Transport

/// One access between a client's side and a service's side: carries out what its ``Relay`` and its
/// `Exchange` decide, and is notified by both sides.
///
/// Neither side knows the other: each frames its own wire, and heads pass between them as slices. Belongs to the
/// client's side and to one event loop; HTTP/1.1 uses one for all requests of a connection.
final class RelayedAccess {
    let lane: Lane
    private let http: HTTPLane
    /// Refers back to this; released when the connection closes.
    private(set) var client: ClientSide
    private(set) var service: ServiceSide?
    private(set) var relay: Relay
    private var exchange: Exchange?
    private(set) var head: RequestHead?
    /// The table with which the request under way began.
    private var table: UpstreamTable?
    private(set) var recorded: RecordedRequest?
    private var meter: AccessMeter

    /// - Parameter listener: the number of the one that the client is connected to.
    init(_ http: HTTPLane, listener: Int, limits: RelayLimits) {
        self.http = http
        lane = http.lane
        meter = AccessMeter(listener: listener)
        client = .gone
        relay = Relay(limits: limits)
    }

    /// Sets the side that is notified of everything.
    func attach(_ client: ClientSide) { self.client = client }

    var isIdle: Bool { relay.phase == .idle }

    /// The earliest moment at which something has to happen.
    var nextDeadline: Moment { relay.nextDeadline }

    // MARK: Beginning

    /// A request was understood.
    ///
    /// - Parameters:
    ///   - isTrusted: whether the peer may say where it came from.
    ///   - objection: why its connection cannot serve it.
    func begin(
        _ head: RequestHead, _ exchange: Exchange, isTrusted: Bool,
        objection: (reason: Reason, note: RefusalNote?)? = nil
    ) {
        meter.begin(lane.now)
        table = http.upstreams
        self.exchange = exchange
        self.head = head
        let length: UInt64? =
            switch head.framing {
            case .none: 0
            case .length(let length): length
            case .chunked, .untilClose: nil
            }
        relay.begin(
            Relay.Terms(
                length: length, expectsContinue: head.expectsContinue,
                isRepeatable: head.isRepeatable), hasContent: length != 0)
        if let objection {
            perform(
                exchange.refuse(
                    objection.reason, version: HTTPFacts.Version(head.version),
                    note: objection.note))
        } else {
            perform(
                exchange.begin(AccessRequest(head, lane.desk.rules, isTrusted: isTrusted)))
        }
    }

    /// Something came that is no request, or came too late.
    func refuse(_ reason: Reason, _ exchange: Exchange, _ note: RefusalNote?) {
        meter.begin(lane.now, reason: reason)
        self.exchange = exchange
        relay.beginRefusal()
        perform(exchange.refuse(reason, version: nil, note: note))
    }

    // MARK: Carrying out

    /// Carries out the exchange's step.
    private func perform(_ step: Step) {
        switch step {
        case .wait: return
        case .forward(let recorded):
            self.recorded = recorded
            meter.forwarded = lane.now
            guard let table else {
                preconditionFailure("ForwardsWhatItHas: no request is under way")
            }
            perform(relay.allowed(table[recorded.service].target.patience, now: lane.now))
        case .answer(let refusal):
            relay.refused()
            dropService()
            meter.reason = refusal.reason
            lane.tell(refusal)
            client.send(refusal, of: self)
        case .release:
            perform(relay.released(now: lane.now))
        case .finish:
            client.write()
            conclude(closes: relay.closes || !relay.canDiscardContent)
        case .abort:
            let resets = relay.isReleased
            relay.refused()
            dropService()
            client.abort(resets: resets)
            meter.abort()
            conclude(closes: true)
            client.closeAtOnce()
        }
    }

    /// Carries out the relay's actions.
    func perform(_ actions: Relay.Actions) {
        guard !actions.isEmpty else { return }
        if actions.contains(.dropService) { dropService() }
        if actions.contains(.discardAnswer) { client.discardAnswer() }
        if actions.contains(.open) { open() }
        if actions.contains(.sendHead) { sendRequest(actions) }
        if actions.contains(.endContent), !actions.contains(.sendHead) { service?.endContent() }
        if actions.contains(.sendAnswer) { client.writeNow() }
        if actions.contains(.readService) { service?.readMore() }
        if actions.contains(.askRelease) { ask { $0.holdsTooMuch() } }
        if actions.contains(.endAnswer) { client.endAnswer() }
        if actions.contains(.finish) {
            meter.ended = lane.now
            let (request, answer) = (relay.contentBytes, relay.answerBytes)
            ask { $0.serviceFinished(requestSize: request, responseSize: answer) }
        }
        if actions.contains(.fail) { fail() }
    }

    private func ask(_ question: (Exchange) -> Step) {
        guard let exchange else {
            preconditionFailure("ServesForAnExchange: no exchange is under way")
        }
        perform(question(exchange))
    }

    private func fail() {
        guard let failure = relay.failure else {
            preconditionFailure("EndsOnce: an access fails without a reason")
        }
        meter.ended = lane.now
        meter.reason = failure.reason
        if failure.reason.kind == .upstream { lane.counters.upstreamFailures.count() }
        let (request, answer) = (relay.contentBytes, relay.isReleased ? relay.answerBytes : 0)
        ask {
            $0.fail(
                failure.reason, detail: failure.detail, detailForClient: failure.detailForClient,
                requestSize: request, responseSize: answer, isAsked: failure.isAsked,
                closes: failure.closes)
        }
    }

    private func open() {
        guard let recorded, let table else {
            preconditionFailure("ForwardsWhatItHas: no request is under way")
        }
        table[recorded.service].send(
            recorded, for: self, ticket: relay.ticket, reuse: relay.mayReuse)
    }

    private func dropService() {
        guard let service else { return }
        self.service = nil
        service.abandon()
    }

    /// The exchange is over: prepares for the next request, or for the end.
    ///
    /// - Parameter closes: whether the client's connection is of no further use.
    func conclude(closes: Bool) {
        let slot = exchange?.service.flatMap { table?[$0].slot } ?? .unrouted
        meter.count(in: lane.meters, service: slot, now: lane.now)
        let isComplete = relay.conclude()
        exchange = nil
        table = nil
        recorded = nil
        client.concluded(head.take(), closes: closes, isComplete: isComplete)
    }

    /// The client's side is closed and no record is outstanding.
    func leave() {
        exchange = nil
        client = .gone
    }
}

extension RelayedAccess: SettlementReceiver {
    func recordSettled(_ fate: RecordFate) {
        ask { $0.settled(fate) }
        client.afterEvent()
    }

    func identified(_ identification: Identification) {
        meter.identified = lane.now
        ask { $0.identified(identification) }
        client.afterEvent()
    }
}

/// Events from the service's side.
extension RelayedAccess {
    func awaits(_ ticket: UInt64) -> Bool { relay.awaits(ticket) }

    /// There is a connection for the request under way.
    func connected(_ side: ServiceSide) {
        service = side
        meter.connected = lane.now
        perform(relay.connected(now: lane.now))
        client.afterEvent()
    }

    private func sendRequest(_ actions: Relay.Actions) {
        guard let head, let recorded, let service else {
            preconditionFailure("ForwardsWhatItHas: no request is under way")
        }
        service.send(head, of: recorded, from: client)
        if actions.contains(.askContent) { client.askContent() }
        if actions.contains(.endContent) { service.endContent() }
        if actions.contains(.sendContent) { client.sendContent() }
        service.flush()
    }

    /// The service is still working: it has sent an interim answer.
    func serviceIsAtWork() { relay.serviceIsAtWork(now: lane.now) }

    /// The head of the answer has come.
    func answered(_ answer: ResponseHead) {
        guard let exchange, let head, let recorded, let service else {
            preconditionFailure("AnswersAreAsked: no request is under way")
        }
        exchange.serviceAnswered(status: answer.status)
        let framing = answer.framing(for: head.version)
        let mayBeEvents =
            switch framing {
            case .none, .length: false
            case .chunked, .untilClose: true
            }
        relay.answered(
            Relay.AnswerTerms(
                isEventStream: mayBeEvents && answer.isEventStream,
                closes: !head.keepsAlive || framing == .untilClose || lane.isDraining),
            now: lane.now)
        client.begin(
            answer, to: head, framing: framing, closes: relay.closes, record: recorded.uid,
            target: service.target)
    }

    /// A piece of the answer's content has come.
    func answerCame(_ piece: inout ByteBuffer) {
        relay.answerCame(piece.readableBytes)
        client.add(&piece)
    }

    /// All that was there has been passed on.
    func answerPaused() {
        perform(relay.answerPaused(held: client.heldBytes, now: lane.now))
        client.afterEvent()
    }

    /// Whether more of the answer can be accepted now.
    var wantsAnswer: Bool {
        relay.wantsAnswer(held: client.heldBytes, clientTakesMore: client.takesMore)
    }

    /// The answer is complete; returns its connection.
    func answerEnded() {
        service = nil
        perform(relay.answerEnded())
        client.afterEvent()
    }

    /// The service has failed the request, and its connection is gone.
    ///
    /// - Parameter wasUsed: whether the connection had served before and closed before it answered
    ///   anything.
    func serviceFailed(_ failure: UpstreamFailure, wasUsed: Bool) {
        service = nil
        perform(
            relay.serviceFailed(
                failure.reason, failure.detail, forClient: failure.detailForClient,
                wasUsed: wasUsed, now: lane.now))
        client.afterEvent()
    }

    /// The service takes more of the content.
    func serviceTakesMore() { client.afterEvent() }
}

/// Events from the client's side.
extension RelayedAccess {
    /// Whether content goes to the service now; if the service takes none, notes that it is waited
    /// for.
    func takesContent() -> Bool {
        guard relay.takesContent, let service else { return false }
        guard service.isWritable else {
            relay.serviceBlocked(now: lane.now)
            return false
        }
        relay.serviceTakesContent(now: lane.now)
        return true
    }

    /// A piece of content has come; false if this ended the access.
    func contentCame(_ piece: inout ByteBuffer) -> Bool {
        let actions = relay.contentCame(piece.readableBytes)
        guard actions.isEmpty else {
            perform(actions)
            return false
        }
        service?.send(content: &piece)
        return true
    }

    /// A piece is announced that makes this many bytes in all; false if this ended the access.
    func contentAnnounced(_ bytes: UInt64) -> Bool {
        let actions = relay.contentAnnounced(bytes)
        perform(actions)
        return actions.isEmpty
    }

    /// What had come was passed on, and more will come.
    func contentPaused() { relay.contentPaused(now: lane.now) }

    /// All of the content has come and was passed on.
    func contentEnded() { perform(relay.contentEnded(now: lane.now)) }

    /// The content is malformed.
    func contentFailed(_ reason: Reason) { perform(relay.contentFailed(reason)) }

    /// Sends what was written to the service.
    func flushService() { service?.flush() }

    /// The client's connection is gone.
    func clientGone() { perform(relay.clientGone()) }

    /// The client does not read what was written for it.
    func clientStopped() { perform(relay.clientStopped()) }

    /// The client does not take more for now.
    func clientBlocked() { relay.clientBlocked() }

    /// The client takes more again.
    func clientTakesMore() { perform(relay.clientTakesMore(now: lane.now)) }

    /// The proxy ends what is under way.
    func forceEnd() { perform(relay.forced()) }

    /// The time is up for whatever was due by now.
    func deadlineReached(now: Moment) {
        perform(relay.deadlineReached(held: client.heldBytes, now: now))
    }
}
