// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Access

/// The data plane of the simulation: the product's own relay between simulated clients and services.
extension SimulatedWorld {
    private var moment: Moment { Moment(nanoseconds: 1_000_000_000 + now * 1_000) }

    private static let patience = ServicePatience(
        connect: .init(.milliseconds(50)), head: .init(.milliseconds(50)),
        body: .init(.milliseconds(50)), eventStream: nil)

    /// The exchange has released a request.
    func open(_ visitor: Visitor) {
        visitor.wasForwarded = true
        perform(visitor.relay.allowed(Self.patience, now: moment), of: visitor)
    }

    /// The exchange lets bytes of the answer leave.
    func release(_ visitor: Visitor) {
        perform(visitor.relay.released(now: moment), of: visitor)
    }

    /// The proxy ends what is under way.
    func force(_ visitor: Visitor) { perform(visitor.relay.forced(), of: visitor) }

    /// Carries out a relay's actions.
    private func perform(_ actions: Relay.Actions, of visitor: Visitor) {
        guard let exchange = visitor.exchange else { return }
        if actions.contains(.discardAnswer) { visitor.heldBytes = 0 }
        if actions.contains(.open) {
            let (number, ticket) = (visitor.number, visitor.relay.ticket)
            let at = now + microseconds(0...1_000)
            agenda.add(
                chance(1, of: 20)
                    ? .accessFails(visitor: number, ticket: ticket)
                    : .serviceConnects(visitor: number, ticket: ticket), at: at)
        }
        if actions.contains(.sendHead) { serveSoon(visitor) }
        if actions.contains(.sendContent) {
            agenda.add(
                .contentComes(visitor: visitor.number, ticket: visitor.relay.ticket),
                at: now + microseconds(0...1_000))
        }
        if actions.contains(.sendAnswer) {
            mayAnswer(visitor, [.started, .complete])
            visitor.heldBytes = 0
        }
        if actions.contains(.askRelease) { take(exchange.holdsTooMuch(), of: visitor) }
        if actions.contains(.finish) {
            let step = exchange.serviceFinished(
                requestSize: visitor.relay.contentBytes, responseSize: visitor.relay.answerBytes)
            take(step, of: visitor)
        }
        if actions.contains(.fail), let failure = visitor.relay.failure {
            let step = exchange.fail(
                failure.reason, detail: failure.detail, detailForClient: failure.detailForClient,
                requestSize: visitor.relay.contentBytes,
                responseSize: visitor.relay.isReleased ? visitor.relay.answerBytes : 0,
                isAsked: failure.isAsked, closes: failure.closes)
            take(step, of: visitor)
        }
    }

    /// What a service and its connection do for an access, step by step.
    private func serveSoon(_ visitor: Visitor) {
        let (number, ticket) = (visitor.number, visitor.relay.ticket)
        var at = now + microseconds(0...3_000)
        if chance(1, of: 8) {
            agenda.add(.accessFails(visitor: number, ticket: ticket), at: at)
            return
        }
        agenda.add(.serviceAnswers(visitor: number, ticket: ticket), at: at)
        while chance(1, of: 3) {
            at += microseconds(0...2_000)
            agenda.add(.serviceSendsMore(visitor: number, ticket: ticket), at: at)
        }
        at += microseconds(0...(chance(1, of: 6) ? 100_000 : 2_000))
        if chance(1, of: 10) {
            agenda.add(.accessFails(visitor: number, ticket: ticket), at: at)
        } else {
            agenda.add(.serviceEnds(visitor: number, ticket: ticket), at: at)
        }
    }

    /// Passes an event to the relay of an access, unless it comes too late.
    private func tell(
        _ number: Int, _ ticket: UInt64, in phases: Set<Relay.Phase>,
        _ event: (Visitor) -> Relay.Actions
    ) {
        let visitor = visitors[number]
        guard visitor.exchange != nil, visitor.relay.ticket == ticket,
            phases.contains(visitor.relay.phase)
        else { return }
        perform(event(visitor), of: visitor)
    }

    func connectService(_ number: Int, _ ticket: UInt64) {
        tell(number, ticket, in: [.connecting]) { $0.relay.connected(now: moment) }
    }

    func bringContent(_ number: Int, _ ticket: UInt64) {
        tell(number, ticket, in: [.serving]) { visitor in
            guard visitor.relay.takesContent else { return [] }
            _ = visitor.relay.contentCame(MadeUpRequest.contentBytes)
            return visitor.relay.contentEnded(now: moment)
        }
    }

    func beginAnswer(_ number: Int, _ ticket: UInt64) {
        tell(number, ticket, in: [.serving]) { visitor in
            guard !visitor.relay.isAnswered else { return [] }
            visitor.exchange?.serviceAnswered(status: 200)
            visitor.relay.answered(
                Relay.AnswerTerms(isEventStream: chance(1, of: 9), closes: false), now: moment)
            return []
        }
    }

    func sendMore(_ number: Int, _ ticket: UInt64) {
        tell(number, ticket, in: [.serving]) { visitor in
            guard visitor.relay.isAnswered else { return [] }
            let count = chance(1, of: 2) ? 70_000 : 100
            visitor.relay.answerCame(count)
            visitor.heldBytes += count
            // Now and then time, not size, asks for permission.
            guard chance(1, of: 4) else {
                return visitor.relay.answerPaused(held: visitor.heldBytes, now: moment)
            }
            return visitor.relay.deadlineReached(
                held: visitor.heldBytes,
                now: visitor.relay.holdDeadline == .never
                    ? moment : visitor.relay.holdDeadline)
        }
    }

    func endAnswer(_ number: Int, _ ticket: UInt64) {
        tell(number, ticket, in: [.serving]) { visitor in
            visitor.relay.isAnswered
                ? visitor.relay.answerEnded()
                : visitor.relay.serviceFailed(
                    .upstreamClosed, "closed", forClient: "closed", wasUsed: chance(1, of: 2),
                    now: moment)
        }
    }

    /// The service fails or falls silent, or the client goes away.
    func failAccess(_ number: Int, _ ticket: UInt64) {
        let kind = Int.random(in: 0..<4, using: &random)
        tell(number, ticket, in: [.deciding, .connecting, .serving]) { visitor in
            switch kind {
            case 0: visitor.relay.clientGone()
            case 1: visitor.relay.clientStopped()
            case 2 where visitor.relay.serviceDeadline != .never:
                visitor.relay.deadlineReached(
                    held: visitor.heldBytes, now: visitor.relay.serviceDeadline)
            default:
                visitor.relay.serviceFailed(
                    .upstreamClosed, "closed", forClient: "closed", wasUsed: false, now: moment)
            }
        }
    }
}
