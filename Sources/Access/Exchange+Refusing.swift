// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import Identity
internal import Ledger
internal import Policy

extension Exchange {
    /// A head that was not understood, or a connection that cannot be served; nothing in it is
    /// trusted.
    package func refuse(
        _ reason: Reason, version: HTTPFacts.Version?, note: RefusalNote? = nil
    ) -> Step {
        desk.recorder.counters.countAccepted()
        service = nil
        let now = desk.clock.now()
        let uid = desk.uniqueID(at: now)
        var record = AccessRecord(
            uid: uid, time: now, stage: .refused, actor: desk.anonymous.encoded,
            service: .countersign,
            http: HTTPFacts(
                method: note?.method, scheme: client.scheme, version: version, route: nil,
                status: reason.status.map { UInt16($0) }),
            decision: desk.encoded(desk.rules.rulebook.unrouted(reason)),
            end: EventEnd(reason, status: reason.status.map { UInt16($0) }), reason: reason,
            commitments: Commitments(
                where: client.place(
                    userAgent: [UInt8]().span, forwarded: [], subject: desk.anonymous.subject,
                    at: desk), what: note.flatMap(what)),
            activity: .other)
        record.detail = note?.detail
        var ending = LastStep.abort
        if reason.status != nil {
            let refusal = AccessRefusal(
                reason, detail: note?.detail, detailForClient: note?.detailForClient, uid: uid,
                closes: true, allowed: reason == .methodNotSupported ? Method.proxied : nil,
                in: client.renderer)
            record.http.responseSize = contentSize(of: refusal, to: nil)
            ending = .answer(refusal)
        }
        return complete(
            record.draft(host: [UInt8]().span, producer: desk.recorder.producer),
            tally: Tally(reason.effect),
            CompletedExchange(
                step: ending, hasReleased: false, ifUnrecorded: .refuse, uid: uid))
    }

    /// A request that was understood but is refused.
    ///
    /// - Parameter service: if no route matches, the service that owns the path.
    @inline(never)
    func refuse(
        _ identified: borrowing IdentifiedRequest, _ decision: Decision, match: RouteMatch? = nil,
        in service: ServiceIndex? = nil, limit: LimitFacts? = nil, retryAfterSeconds: Int? = nil,
        allowed: [Method]? = nil
    ) -> Step {
        let reason = decision.reason
        let detail = detail(of: reason, identified)
        // The record names the reading as `decision.reading`.
        let reading = decision.reading.isEmpty ? nil : "read as \(decision.reading.text)"
        let told = [detail, reading].compactMap(\.self)
        let refusal = AccessRefusal(
            reason, detail: told.isEmpty ? nil : told.joined(separator: ", "),
            uid: identified.uid, closes: reason.kind == .malformed,
            retryAfterSeconds: retryAfterSeconds, allowed: allowed,
            offersBasic: identified.rules.identity.places.takesBasic, decision: decision,
            in: client.renderer)
        var record = outcomeRecord(
            identified, match: match, decision: decision, isAsked: false)
        record.detail = detail
        record.limit = limit
        if match == nil, let service { record.service = identified.rules.unasked(service) }
        record.stage = match == nil ? .refused : .complete
        let status = refusal.rendered.status
        record.http.status = status
        record.http.responseSize = contentSize(
            of: refusal, to: identified.request.http.method)
        record.end = EventEnd(reason, status: status)
        record.reason = reason
        record.durationMicroseconds = duration(since: identified)
        return complete(
            draft(record, identified), tally: Tally(decision.effect),
            CompletedExchange(
                step: .answer(refusal), hasReleased: false, ifUnrecorded: .refuse,
                uid: identified.uid))
    }

    /// Where in a fully understood request the cause of its refusal is; nil if the reason says it
    /// all.
    private func detail(
        of reason: Reason, _ identified: borrowing IdentifiedRequest
    ) -> String? {
        switch reason {
        case .malformedPath where identified.request.http.traits.hasEncodedSlash:
            return "%2F in the path"
        case .malformedHost: return "no Host field"
        case .upgradeNotSupported: return "field upgrade"
        case _ where reason.kind == .identity:
            let place: String? =
                switch identified.request.credential {
                case .one(let shown): "credential in \(shown.place.words)"
                case .several(let all):
                    "credentials in \(all.map(\.place.words).joined(separator: " and "))"
                case .none, .foreign, .refused: nil
                }
            let told = [place, identified.stray?.refusal.detail].compactMap(\.self)
            return told.isEmpty ? nil : told.joined(separator: ", ")
        default: return nil
        }
    }

    func refusal(_ reason: Reason, _ uid: UniqueID, closes: Bool) -> LastStep {
        .answer(AccessRefusal(reason, uid: uid, closes: closes, in: client.renderer))
    }

    /// What happens if the last record could not be written.
    func unrecorded(_ completed: CompletedExchange, reason: Reason) -> LastStep {
        switch completed.ifUnrecorded {
        case .countAndPass:
            desk.recorder.counters.countDropped()
            return completed.step
        case .pass: return completed.step
        case .refuse: break
        }
        if case .abort = completed.step { return .abort }
        // Part of the answer has left under its `started` record: its end never will.
        guard !completed.hasReleased else { return .abort }
        return refusal(reason, completed.uid, closes: true)
    }
}

extension ShownCredential.Place {
    /// The name of the field; of one named by the configuration, only that it is one.
    fileprivate var words: String {
        switch self {
        case .authorization: "authorization"
        case .xAPIKey: "x-api-key"
        case .named: "a field of identity.fields"
        }
    }
}
