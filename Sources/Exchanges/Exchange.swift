// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Identity
package import Ledger
internal import Policy

/// One request's life as a state machine: told what happened, it answers with the next ``Step``.
///
/// ```text
/// begin ─ identify ─ decide ─┬─ refused ─ record ─ settled ──────────────────────────▶ answer
///                            └─ allowed ─┬─ ahead: record `started` ─ settled ─┐
///                                        └─ at completion ─────────────────────┴──────▶ forward
/// serviceAnswered ─ holdsTooMuch ─ record `started` unless there is one ─ settled ─────▶ release
/// serviceFinished ─ record the outcome ─ settled ──────────────────────────────────────▶ finish
/// ```
///
/// One object serves the requests of a connection in turn. It belongs to the connection's event loop.
///
/// ## Invariants
/// - `RecordedBeforeForwarded`: ``Step/forward(_:)`` carries a ``RecordedRequest``, which takes a receipt or permit.
/// - `RecordedBeforeAnswered`: no step lets a byte of an answer leave before a record of the access is durable.
package final class Exchange {
    enum Phase {
        /// Between requests. Ways out: begin or refuse.
        case idle
        /// The `started` record is on its way. Ways out: settled to forwarded or completing.
        case recordingAhead(DecidedRequest)
        /// The service is at work. Ways out: holdsTooMuch, serviceFinished, an end.
        case forwarded(ForwardedRequest)
        /// A `started` record is on its way because the answer is long. `ending` is what came meanwhile.
        case recordingStart(ForwardedRequest, ending: Ending?)
        /// The last record is on its way. Ways out: settled to idle.
        case completing(CompletedExchange)
    }

    let desk: Desk
    let client: Client
    private let receiver: any SettlementReceiver
    var phase: Phase = .idle

    /// - Parameter receiver: told when a record of this exchange is settled; it calls ``settled(_:)``.
    ///   Holds the exchange, and is held by it: a connection ends both at once.
    package init(desk: Desk, client: Client, receiver: any SettlementReceiver) {
        self.desk = desk
        self.client = client
        self.receiver = receiver
    }

    /// Whether no request is under way.
    package var isIdle: Bool { if case .idle = phase { true } else { false } }

    // MARK: Beginning

    /// A request's head was understood.
    package func begin(_ request: ReceivedRequest) -> Step {
        desk.ledger.counters.countAccepted()
        let now = desk.clock.now()
        let rules = desk.rules
        let rulebook = rules.rulebook
        let actor: Actor
        var (credential, refusal, stray): (ShownCredential?, Reason?, Refusal?)
        switch desk.identify(request, from: client, now: now) {
        case .found(let found, let by): (actor, credential) = (found, by)
        case .foreign(let why): (actor, stray) = (desk.anonymous, why)
        case .refused(let why): (actor, refusal) = (desk.actor(refused: why), why.reason)
        }
        let uid = desk.uniqueID(at: now)
        let identified = IdentifiedRequest(
            received: request, rules: rules, uid: uid, accepted: now,
            acceptedNanoseconds: desk.clock.monotonic(),
            trace: desk.trace(continuing: request.trace, of: uid), actor: actor,
            commitments: commitments(request, actor), credential: credential, stray: stray)
        let routing = route(request, rulebook)
        if let reason = refusal {
            guard let service = routing.service else {
                return refuse(identified, rulebook.unrouted(reason))
            }
            return refuse(
                identified, rulebook.refusal(in: service, reason), match: routing.match,
                in: service)
        }
        switch routing {
        case .noRoute:
            let isNamed = !request.host.isEmpty || rulebook.servesWithoutHost
            return refuse(identified, rulebook.unrouted(isNamed ? .noRoute : .malformedHost))
        case .unlisted(let service):
            return refuse(
                identified, rulebook.refusal(in: service, .unlistedRoute), in: service)
        case .methodNotAllowed(let service, let allowed):
            return refuse(
                identified, rulebook.refusal(in: service, .methodNotAllowed), in: service,
                allowed: allowed)
        case .matched(let match): return decide(identified, match, [], rulebook)
        case .contested(let match, let contenders):
            return decide(identified, match, contenders, rulebook)
        }
    }

    func record(_ decided: DecidedRequest) -> Step {
        do throws(AppendRefusal) {
            if Auditing.isOn, decided.recordsAhead {
                try desk.append(startedDraft(decided), tally: .uncounted, for: receiver)
                phase = .recordingAhead(decided)
                return .wait
            }
            guard let recorded = RecordedRequest(decided, try desk.ledger.permit()) else {
                preconditionFailure("RecordedBeforeForwarded: asked for no record ahead above")
            }
            return forward(recorded, standing: .unrecorded)
        } catch {
            if error == .tooLarge, decided.audit.onFailure == .deny {
                // The record of the refusal is of no rule, and so without the rule's tags.
                let rulebook = decided.identified.rules.rulebook
                return refuse(
                    decided.identified, rulebook.refusal(of: decided.match, .recordTooLarge),
                    match: decided.match)
            }
            return unrecorded(decided, reason: error.reason)
        }
    }

    private func forward(
        _ recorded: RecordedRequest, standing: ForwardedRequest.Standing
    ) -> Step {
        desk.ledger.counters.countForwarded()
        phase = .forwarded(ForwardedRequest(recorded, standing: standing))
        return .forward(recorded)
    }

    /// The log does not take the `started` record: the route says what that means.
    private func unrecorded(_ decided: DecidedRequest, reason: Reason) -> Step {
        guard let recorded = RecordedRequest(unrecorded: decided) else {
            return over(
                .answer(Answer(reason, uid: decided.identified.uid, closes: false)))
        }
        desk.ledger.counters.countDropped()
        return forward(recorded, standing: .dropped)
    }

    // MARK: The service

    /// The service's answer began.
    package func serviceAnswered(status: UInt16) {
        guard case .forwarded(var forwarded) = phase else { return }
        forwarded.upstreamStatus = status
        phase = .forwarded(forwarded)
    }

    /// More of the answer came than shall be held, or its end is long in coming.
    package func holdsTooMuch() -> Step {
        guard case .forwarded(var forwarded) = phase else { return .wait }
        if forwarded.standing != .unrecorded || !Auditing.isOn {
            forwarded.hasReleased = true
            phase = .forwarded(forwarded)
            return .release
        }
        do throws(AppendRefusal) {
            try desk.append(
                startedDraft(forwarded.decided), tally: .uncounted, for: receiver)
            phase = .recordingStart(forwarded, ending: nil)
            return .wait
        } catch {
            return startUnrecorded(forwarded, ending: nil, reason: error.reason)
        }
    }

    /// The service's answer is complete; how it ends for the client is decided by the record.
    package func serviceFinished(requestSize: UInt64, responseSize: UInt64) -> Step {
        end(
            Ending(
                reason: nil, detail: nil, requestSize: requestSize, responseSize: responseSize,
                isAsked: true, step: .finish))
    }

    /// The exchange cannot come to its proper end. The client is told why where nothing has left yet.
    ///
    /// - Parameters:
    ///   - reason: of an upstream failure, a malformed or oversized body, a timeout, or the client's going.
    ///   - detail: what exactly happened, in at most 256 bytes of our own words.
    ///   - detailForClient: the same without what the service has sent.
    ///   - isAsked: whether the service was, or was being connected to.
    ///   - closes: whether the client's connection is of no further use.
    package func fail(
        _ reason: Reason, detail: String? = nil, detailForClient: String? = nil,
        requestSize: UInt64, responseSize: UInt64, isAsked: Bool = true, closes: Bool
    ) -> Step {
        let step: Step
        switch phase {
        case .forwarded(let forwarded), .recordingStart(let forwarded, _):
            step =
                reason.status == nil || forwarded.hasReleased
                ? .abort
                : .answer(
                    Answer(
                        reason, detail: detail, detailForClient: detailForClient,
                        uid: forwarded.decided.identified.uid, closes: closes))
        case .idle, .recordingAhead, .completing: return .wait
        }
        return end(
            Ending(
                reason: reason, detail: detail, requestSize: requestSize,
                responseSize: responseSize, isAsked: isAsked, step: step))
    }

    private func end(_ ending: Ending) -> Step {
        switch phase {
        case .forwarded(let forwarded): return finish(forwarded, ending)
        case .recordingStart(let forwarded, _):
            phase = .recordingStart(forwarded, ending: ending)
            return .wait
        case .idle, .recordingAhead, .completing:
            preconditionFailure("EndsOnce: an exchange ended that was not with a service")
        }
    }

    private func finish(_ forwarded: ForwardedRequest, _ ending: Ending) -> Step {
        guard Auditing.isOn else { return over(ending.step) }
        let identified = forwarded.decided.identified
        var status: UInt16?
        var size = ending.responseSize
        if case .answer(let answer) = ending.step {
            status = answer.status
            size = answer.contentSize(to: identified.received.method)
        }
        if case .finish = ending.step { status = forwarded.upstreamStatus }
        if forwarded.hasReleased { status = forwarded.upstreamStatus }
        let reason = ending.reason
        var decision = forwarded.decided.decision
        if let reason, reason.effect != .allow { decision.effect = reason.effect }
        var record = outcomeRecord(
            identified, match: forwarded.decided.match, decision: decision,
            isAsked: ending.isAsked)
        record.http.status = status
        if status != forwarded.upstreamStatus {
            record.http.upstreamStatus = forwarded.upstreamStatus
        }
        if ending.requestSize > 0 { record.http.requestSize = ending.requestSize }
        record.http.responseSize = size
        record.end = EventEnd(reason ?? decision.reason, status: status)
        record.reason = reason
        record.detail = ending.detail
        if reason?.kind == .upstream { record.service = record.service.after(reason) }
        record.durationMicroseconds = duration(since: identified)
        return complete(
            draft(record, identified), tally: Tally(decision.effect),
            CompletedExchange(
                step: ending.step, hasReleased: forwarded.hasReleased,
                ifUnrecorded: forwarded.ifUnrecorded,
                uid: identified.uid))
    }

    // MARK: Records

    func complete(
        _ draft: RecordDraft, tally: Tally, _ completed: CompletedExchange
    ) -> Step {
        do throws(AppendRefusal) {
            try desk.append(draft, tally: tally, for: receiver)
            phase = .completing(completed)
            return .wait
        } catch {
            return over(unrecorded(completed, reason: error.reason))
        }
    }

    /// The ledger has settled the record that the exchange waits for.
    package func settled(_ outcome: Outcome) -> Step {
        var receipt: RecordReceipt?
        if case .recorded(let found) = outcome { receipt = found }
        switch phase {
        case .recordingAhead(let decided):
            guard let receipt else { return unrecorded(decided, reason: .logUnavailable) }
            return forward(RecordedRequest(decided, receipt), standing: .started)
        case .recordingStart(var forwarded, let ending):
            guard receipt != nil else {
                return startUnrecorded(forwarded, ending: ending, reason: .logUnavailable)
            }
            forwarded.standing = .started
            return started(forwarded, ending: ending)
        case .completing(let completed):
            return over(
                receipt == nil ? unrecorded(completed, reason: .logUnavailable) : completed.step)
        case .idle, .forwarded:
            preconditionFailure("SettledOnce: a record was settled that nobody waits for")
        }
    }

    private func started(_ forwarded: ForwardedRequest, ending: Ending?) -> Step {
        var forwarded = forwarded
        // What came meanwhile ends the exchange: everything leaves at once with its last record.
        if let ending { return finish(forwarded, ending) }
        forwarded.hasReleased = true
        phase = .forwarded(forwarded)
        return .release
    }

    private func startUnrecorded(
        _ forwarded: ForwardedRequest, ending: Ending?, reason: Reason
    ) -> Step {
        guard forwarded.decided.audit.onFailure == .allow else {
            return over(
                .answer(Answer(reason, uid: forwarded.decided.identified.uid, closes: true)))
        }
        // Nothing has left, and nothing will before the record of the end: that one decides.
        if let ending { return finish(forwarded, ending) }
        desk.ledger.counters.countDropped()
        var forwarded = forwarded
        forwarded.standing = .dropped
        return started(forwarded, ending: nil)
    }

    /// What happens where the last record could not be written.
    private func unrecorded(_ completed: CompletedExchange, reason: Reason) -> Step {
        switch completed.ifUnrecorded {
        case .countAndPass:
            desk.ledger.counters.countDropped()
            return completed.step
        case .pass: return completed.step
        case .refuse: break
        }
        if case .abort = completed.step { return .abort }
        // Part of the answer has left under its `started` record: its end never does.
        guard !completed.hasReleased else { return .abort }
        return .answer(Answer(reason, uid: completed.uid, closes: true))
    }

    private func over(_ step: Step) -> Step {
        phase = .idle
        return step
    }
}
