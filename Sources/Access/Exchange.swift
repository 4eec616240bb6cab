// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
internal import AuditRecords
internal import ByteCoding
package import Identity
package import Ledger
package import Policy

/// One request's life as a state machine: given what happened, it answers with the next ``Step``.
///
/// ```text
/// begin ─ identify ─ decide ─┬─ refused ─ record ─ settled ──────────────────────────▶ answer
///                            └─ allowed ─┬─ ahead: record `started` ─ settled ─┐
///                                        └─ at completion ─────────────────────┴──────▶ forward
/// serviceAnswered ─ holdsTooMuch ─ record `started` unless there is one ─ settled ─────▶ release
/// serviceFinished ─ record the outcome ─ settled ──────────────────────────────────────▶ finish
/// ```
///
/// One object serves a connection's requests in turn. It belongs to the connection's event loop.
///
/// ## Invariants
/// - `RecordedBeforeForwarded`: ``Step/forward(_:)`` carries a ``RecordedRequest``, which takes a receipt or permit.
/// - `RecordedBeforeAnswered`: no step lets a byte of an answer leave before a record of the access is durable.
package final class Exchange {
    enum Phase {
        /// Between requests. Ways out: begin or refuse.
        case idle
        /// Its credentials are being verified elsewhere. Ways out: identified to anything but idle.
        case identifying
        /// The `started` record is on its way. Ways out: settled to forwarded or completing.
        case recordingAhead
        /// The service is at work. Ways out: holdsTooMuch, serviceFinished, an end.
        case forwarded
        /// A `started` record is on its way because the answer is long. Ways out: settled to forwarded or completing.
        case recordingStart
        /// The last record is on its way. Ways out: settled to idle.
        case completing
    }

    let desk: Desk
    let client: Client
    private let receiver: any SettlementReceiver
    private(set) var phase = Phase.idle
    /// Where the request under way belongs, once that is known.
    package internal(set) var service: ServiceIndex?
    /// The request whose credentials are being verified elsewhere.
    private var received: ReceivedRequest?
    /// The request that was allowed, from then on until its last record is on its way.
    private var decided: DecidedRequest?
    /// What the log knows of it.
    private var standing = Standing.unrecorded
    /// Whether bytes of the service's answer have left.
    private var hasReleased = false
    /// Status of the service's answer, once it has begun.
    private var upstreamStatus: UInt16?
    /// How the request ended while its `started` record was on its way.
    private var ending: Ending?
    private var completed: CompletedExchange?

    /// - Parameter receiver: notified when a record of this exchange is settled; it calls
    ///   ``settled(_:)``. The two refer to each other: a connection ends both at once.
    package init(desk: Desk, client: Client, receiver: any SettlementReceiver) {
        self.desk = desk
        self.client = client
        self.receiver = receiver
    }

    /// Whether no request is under way.
    package var isIdle: Bool { phase == .idle }

    // MARK: Beginning

    /// A request was understood.
    package func begin(_ request: consuming AccessRequest) -> Step {
        desk.recorder.counters.countAccepted()
        service = nil
        let now = desk.clock.now()
        let received = ReceivedRequest(
            request: request, rules: desk.rules, accepted: now,
            acceptedNanoseconds: desk.clock.monotonic())
        if let actor = desk.remembered(received.request, from: client, now: now) {
            let credential = received.request.credential.only
            return identify(
                received, as: actor, by: credential, refusal: nil, stray: nil)
        }
        guard
            !desk.verifyElsewhere(
                received.request, received.rules, from: client, now: now, for: receiver)
        else {
            self.received = consume received
            phase = .identifying
            return .wait
        }
        let identification = verify(received)
        return identify(received, as: identification)
    }

    private func verify(_ received: borrowing ReceivedRequest) -> Identification {
        received.rules.identity.identify(
            received.request.credential, in: received.request.bytes.span,
            binding: received.request.binding(to: client), now: received.accepted)
    }

    /// The caller is known.
    package func identified(_ identification: Identification) -> Step {
        guard phase == .identifying, let received = received.take() else {
            preconditionFailure("IdentifiedOnce: a credential was verified that nobody waits for")
        }
        phase = .idle
        return identify(received, as: identification)
    }

    private func identify(
        _ received: consuming ReceivedRequest, as identification: Identification
    ) -> Step {
        let actor: KnownActor
        var (credential, refusal, stray): (ShownCredential?, Reason?, StrayCredential?)
        switch desk.identified(
            identification, received.request, received.rules, from: client,
            now: received.accepted)
        {
        case .found(let found, let by): (actor, credential) = (found, by)
        case .foreign(let why): (actor, stray) = (desk.anonymous, StrayCredential(why))
        case .refused(let why):
            (actor, refusal, stray) = (desk.actor(refused: why), why.reason, StrayCredential(why))
        }
        return identify(received, as: actor, by: credential, refusal: refusal, stray: stray)
    }

    private func identify(
        _ received: consuming ReceivedRequest, as actor: consuming KnownActor,
        by credential: ShownCredential?, refusal: Reason?, stray: StrayCredential?
    ) -> Step {
        let uid = desk.uniqueID(at: received.accepted)
        let trace = desk.trace(continuing: received.request.trace, of: uid)
        let commitments = commitments(received.request, actor)
        return decide(
            IdentifiedRequest(
                received, uid: uid, trace: trace, actor: consume actor,
                commitments: consume commitments, credential: credential, stray: stray),
            refusal: refusal)
    }

    /// Records an allowed request ahead, or forwards it at once.
    @inline(__always)
    func record(_ allowed: consuming DecidedRequest) -> Step {
        decided = consume allowed
        do throws(AppendRefusal) {
            if Auditing.isOn, withDecided({ $0.recordsAhead }) { return try recordAhead() }
            // The disk was full: it goes on only if its own record finds room.
            guard let permit = try desk.recorder.permit() else { return try recordAhead() }
            guard let recorded = withDecided({ RecordedRequest($0, permit) }) else {
                preconditionFailure("RecordedBeforeForwarded: asked for no record ahead above")
            }
            return forward(recorded, standing: .unrecorded)
        } catch {
            return goUnrecorded(error)
        }
    }

    private func recordAhead() throws(AppendRefusal) -> Step {
        let draft = withDecided { startedDraft($0) }
        try desk.append(draft, tally: .uncounted, for: receiver)
        phase = .recordingAhead
        return .wait
    }

    /// What becomes of an allowed request whose record the ledger does not take.
    @inline(never)
    private func goUnrecorded(_ error: AppendRefusal) -> Step {
        guard let decided = decided.take() else {
            preconditionFailure("EndsOnce: no request was allowed that could be recorded")
        }
        if error == .tooLarge, decided.audit.onFailure == .deny {
            // The record of the refusal belongs to no rule, and so lacks the rule's tags.
            let rulebook = decided.identified.rules.rulebook
            return refuse(
                decided.identified, rulebook.refusal(of: decided.match, .recordTooLarge),
                match: decided.match)
        }
        guard let recorded = RecordedRequest(unrecorded: decided) else {
            return over(refusal(error.reason, decided.identified.uid, closes: false))
        }
        self.decided = consume decided
        return pass(recorded)
    }

    private func forward(_ recorded: RecordedRequest, standing: Standing) -> Step {
        desk.recorder.counters.countForwarded()
        self.standing = standing
        hasReleased = false
        upstreamStatus = nil
        phase = .forwarded
        return .forward(recorded)
    }

    /// The log does not take the `started` record, but the route lets the access through.
    private func pass(_ recorded: RecordedRequest) -> Step {
        desk.recorder.counters.countDropped()
        return forward(recorded, standing: .dropped)
    }

    // MARK: The service

    /// The service's answer began.
    package func serviceAnswered(status: UInt16) {
        if phase == .forwarded { upstreamStatus = status }
    }

    /// More of the answer came than may be held, or its end takes too long.
    package func holdsTooMuch() -> Step {
        guard phase == .forwarded else { return .wait }
        if standing != .unrecorded || !Auditing.isOn {
            hasReleased = true
            return .release
        }
        do throws(AppendRefusal) {
            let draft = withDecided { startedDraft($0) }
            try desk.append(draft, tally: .uncounted, for: receiver)
            ending = nil
            phase = .recordingStart
            return .wait
        } catch {
            return startUnrecorded(nil, reason: error.reason)
        }
    }

    /// The service's answer is complete; the record decides how it ends for the client.
    package func serviceFinished(requestSize: UInt64, responseSize: UInt64) -> Step {
        end(
            Ending(
                reason: nil, detail: nil, requestSize: requestSize, responseSize: responseSize,
                isAsked: true, step: .finish))
    }

    /// The exchange cannot end properly. The client is told why if nothing has left yet.
    ///
    /// - Parameters:
    ///   - reason: of an upstream failure, a malformed or oversized body, a timeout, or the
    ///     client's leaving.
    ///   - detail: what exactly happened, in at most 256 bytes of our own words.
    ///   - detailForClient: the same without what the service sent.
    ///   - isAsked: whether the service was, or was being connected to.
    ///   - closes: whether the client's connection is of no further use.
    package func fail(
        _ reason: Reason, detail: String? = nil, detailForClient: String? = nil,
        requestSize: UInt64, responseSize: UInt64, isAsked: Bool = true, closes: Bool
    ) -> Step {
        guard phase == .forwarded || phase == .recordingStart else { return .wait }
        let step: LastStep =
            reason.status == nil || hasReleased
            ? .abort
            : .answer(
                AccessRefusal(
                    reason, detail: detail, detailForClient: detailForClient,
                    uid: withDecided { $0.identified.uid }, closes: closes, in: client.renderer))
        return end(
            Ending(
                reason: reason, detail: detail, requestSize: requestSize,
                responseSize: responseSize, isAsked: isAsked, step: step))
    }

    private func end(_ ending: Ending) -> Step {
        switch phase {
        case .forwarded: return finish(ending)
        case .recordingStart:
            self.ending = ending
            return .wait
        case .idle, .identifying, .recordingAhead, .completing:
            preconditionFailure("EndsOnce: an exchange ended that was not with a service")
        }
    }

    private func finish(_ ending: Ending) -> Step {
        guard Auditing.isOn else { return over(ending.step) }
        let (draft, tally, uid) = withDecided { decided in
            let effect = ending.reason.flatMap { $0.effect == .allow ? nil : $0.effect }
            let decision = effect.map { decided.decision.replacing(effect: $0) }
            return (
                outcome(
                    decided, ending, decision ?? decided.decision,
                    upstreamStatus: upstreamStatus, hasReleased: hasReleased),
                Tally(decision?.effect ?? decided.decision.effect), decided.identified.uid
            )
        }
        let completed = CompletedExchange(
            step: ending.step, hasReleased: hasReleased, ifUnrecorded: ifUnrecorded, uid: uid)
        let follows = standing == .started && withDecided { $0.audit.outcome } == .follows
        return follows
            ? follow(draft, tally: tally, completed)
            : complete(draft, tally: tally, completed)
    }

    /// What becomes of the answer if the last record cannot be written.
    private var ifUnrecorded: CompletedExchange.Recourse {
        guard withDecided({ $0.audit.onFailure }) == .allow else { return .refuse }
        return standing == .dropped ? .pass : .countAndPass
    }

    @inline(__always)
    private func withDecided<Found>(_ body: (borrowing DecidedRequest) -> Found) -> Found {
        switch decided {
        case .some(let decided): return body(decided)
        case .none: preconditionFailure("EndsOnce: no request was allowed that could end")
        }
    }

    // MARK: Records

    func complete(
        _ draft: consuming RecordDraft, tally: Tally, _ completed: CompletedExchange
    ) -> Step {
        do throws(AppendRefusal) {
            try desk.append(draft, tally: tally, for: receiver)
            self.completed = completed
            phase = .completing
            return .wait
        } catch {
            return over(unrecorded(completed, reason: error.reason))
        }
    }

    /// The answer leaves under its `started` record, and its outcome is recorded after it.
    private func follow(
        _ draft: RecordDraft, tally: Tally, _ completed: CompletedExchange
    ) -> Step {
        do throws(AppendRefusal) {
            try desk.append(draft, tally: tally, for: desk.nobody)
            return over(completed.step)
        } catch {
            // If the log is known not to take it, this is as with every other access.
            return over(unrecorded(completed, reason: error.reason))
        }
    }

    /// The ledger has settled the record that the exchange waits for.
    package func settled(_ fate: RecordFate) -> Step {
        var receipt: RecordReceipt?
        if case .recorded(let found) = fate { receipt = found }
        switch phase {
        case .recordingAhead:
            if let receipt {
                return forward(
                    withDecided { RecordedRequest($0, receipt) }, standing: .started)
            }
            guard let recorded = withDecided({ RecordedRequest(unrecorded: $0) }) else {
                let uid = withDecided { $0.identified.uid }
                return over(refusal(.logUnavailable, uid, closes: false))
            }
            return pass(recorded)
        case .recordingStart:
            let ending = ending.take()
            guard receipt != nil else { return startUnrecorded(ending, reason: .logUnavailable) }
            standing = .started
            return started(ending)
        case .completing:
            guard let completed = completed.take() else {
                preconditionFailure("SettledOnce: the last record of no request was settled")
            }
            return over(
                receipt == nil ? unrecorded(completed, reason: .logUnavailable) : completed.step)
        case .idle, .identifying, .forwarded:
            preconditionFailure("SettledOnce: a record was settled that nobody waits for")
        }
    }

    private func started(_ ending: Ending?) -> Step {
        phase = .forwarded
        // The end came meanwhile: everything leaves at once with its last record.
        if let ending { return finish(ending) }
        hasReleased = true
        return .release
    }

    private func startUnrecorded(_ ending: Ending?, reason: Reason) -> Step {
        guard withDecided({ $0.audit.onFailure }) == .allow else {
            return over(refusal(reason, withDecided { $0.identified.uid }, closes: true))
        }
        // Nothing has left, and nothing will before the record of the end, which decides.
        if let ending {
            phase = .forwarded
            return finish(ending)
        }
        desk.recorder.counters.countDropped()
        standing = .dropped
        return started(nil)
    }

    private func over(_ last: LastStep) -> Step {
        phase = .idle
        // Emptied only if something is in it: a request's storage is large.
        if decided != nil { decided = nil }
        return last.step
    }
}
