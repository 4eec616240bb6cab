// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import Ledger
internal import Policy

extension Exchange {
    func startedDraft(_ decided: borrowing DecidedRequest) -> RecordDraft {
        usual(decided, UsualRecord(stage: .started))
    }

    /// The record of how a forwarded request has ended.
    ///
    /// - Parameter decision: what allowed it, with the effect of its end.
    func outcome(
        _ decided: borrowing DecidedRequest, _ ending: Ending, _ decision: Decision,
        upstreamStatus: UInt16?, hasReleased: Bool
    ) -> RecordDraft {
        if ending.isUsual {
            return usual(
                decided,
                UsualRecord(
                    stage: .complete, status: upstreamStatus,
                    durationMicroseconds: duration(since: decided.identified),
                    requestSize: ending.requestSize > 0 ? ending.requestSize : nil,
                    responseSize: ending.responseSize))
        }
        var status: UInt16?
        var size = ending.responseSize
        switch ending.step {
        case .answer(let refusal):
            status = refusal.rendered.status
            size = contentSize(of: refusal, to: decided.identified.request.http.method)
        case .finish: status = upstreamStatus
        case .abort: break
        }
        if hasReleased { status = upstreamStatus }
        let reason = ending.reason
        var record = outcomeRecord(
            decided.identified, match: decided.match, decision: decision,
            isAsked: ending.isAsked)
        record.http.status = status
        if status != upstreamStatus { record.http.upstreamStatus = upstreamStatus }
        if ending.requestSize > 0 { record.http.requestSize = ending.requestSize }
        record.http.responseSize = size
        record.end = EventEnd(reason ?? decision.reason, status: status)
        record.reason = reason
        record.detail = ending.detail
        if reason?.kind == .upstream { record.service = record.service.after(reason) }
        record.durationMicroseconds = duration(since: decided.identified)
        return draft(record, decided.identified)
    }

    /// What differs among the records of forwarded requests and of those that end well.
    struct UsualRecord {
        let stage: RecordStage
        /// Of the service's answer, which is the client's.
        var status: UInt16?
        var durationMicroseconds: UInt64?
        var requestSize: UInt64?
        var responseSize: UInt64?
    }

    /// Writes such a record by its kind's template, or makes it the template for the next of its
    /// kind.
    private func usual(
        _ decided: borrowing DecidedRequest, _ usual: UsualRecord
    ) -> RecordDraft {
        let http = decided.identified.request.http
        let host = decided.identified.request.bytes.span.extracting(http.host)
        let values = TemplateValues(
            uid: decided.identified.uid, time: desk.text(of: decided.identified.accepted),
            commitments: decided.identified.commitments,
            trace: decided.identified.request.trace == nil ? nil : decided.identified.trace,
            durationMicroseconds: usual.durationMicroseconds, requestSize: usual.requestSize,
            responseSize: usual.responseSize)
        let kind =
            decided.identified.rules !== desk.rules
            ? nil
            : RecordKind(
                decided.decision, decided.match, stage: usual.stage, method: http.method,
                scheme: client.scheme, version: http.version, status: usual.status,
                shape: values.shape(host: host))
        if let kind, let template = desk.templates.template(of: kind),
            let draft = desk.draft(
                by: template, values, actor: decided.identified.actor, host: host)
        {
            return draft
        }
        var record = outcomeRecord(
            decided.identified, match: decided.match, decision: decided.decision, isAsked: true)
        record.stage = usual.stage
        record.http.status = usual.status
        record.http.requestSize = usual.requestSize
        record.http.responseSize = usual.responseSize
        record.durationMicroseconds = usual.durationMicroseconds
        if usual.stage == .started {
            // Depends on its route, like what a template keeps.
            record.answersAhead = decided.audit.outcome == .follows
        } else {
            record.end = EventEnd(decided.decision.reason, status: usual.status)
        }
        let (draft, template) = record.draftAndTemplate(
            host: host, producer: desk.recorder.producer)
        if let kind, let template { desk.templates.keep(template, of: kind, decided.decision) }
        return draft
    }

    /// How many bytes of content the client gets with a refusal.
    func contentSize(of refusal: AccessRefusal, to method: Method?) -> UInt64 {
        method == .head ? 0 : UInt64(refusal.rendered.body.count)
    }

    /// - Parameter isAsked: whether the request went to its service, or is about to.
    func outcomeRecord(
        _ identified: borrowing IdentifiedRequest, match: RouteMatch?, decision: Decision,
        isAsked: Bool
    ) -> AccessRecord {
        let rules = identified.rules
        let http = identified.request.http
        return AccessRecord(
            uid: identified.uid, time: identified.accepted, stage: .complete,
            actor: identified.actor.encoded,
            service: match.map { rules.service($0, isAsked: isAsked) } ?? .countersign,
            http: HTTPFacts(
                method: http.method, scheme: client.scheme, version: http.version,
                route: match.map(rules.route)),
            decision: desk.encoded(decision), end: .open, reason: nil,
            commitments: identified.commitments,
            trace: identified.request.trace == nil ? nil : identified.trace,
            dataTags: match.map { rules.rulebook.tags(of: decision, in: $0) } ?? [])
    }

    /// Made once a request: its `started` record and its outcome name the same disclosures.
    func commitments(_ request: borrowing AccessRequest, _ actor: KnownActor) -> Commitments {
        let rules = desk.rules
        let http = request.http
        let head = request.bytes.span
        var what: Disclosure?
        if rules.privacy.path || rules.privacy.query {
            let path = head.extracting(rules.privacy.path ? http.path : 0..<0)
            let query = head.extracting(rules.privacy.query ? http.query ?? 0..<0 : 0..<0)
            if http.traits.hasOtherReadings, let clean = PathSecrets.removed(from: path) {
                what = self.what(clean.span, query)
            } else if let original = http.traits.originalPath, rules.privacy.path,
                PathSecrets.removed(from: head.extracting(original)) == nil
            {
                what = self.what(path, query, originalPath: Array(request.bytes[original]))
            } else {
                what = self.what(path, query)
            }
        }
        return Commitments(
            who: actor.who,
            where: client.place(
                userAgent: head.extracting(request.userAgent ?? 0..<0),
                forwarded: forwarded(request), subject: actor.subject, at: desk),
            what: what, payload: payload(request, rules))
    }

    /// What a request that was not understood seems to ask for, sealed as for any other.
    func what(_ note: RefusalNote) -> Disclosure? {
        let privacy = desk.rules.privacy
        let path = privacy.path ? note.path : []
        let query = privacy.query ? note.query : []
        let host = privacy.path ? note.host : []
        guard !path.isEmpty || !query.isEmpty || !host.isEmpty else { return nil }
        let clean = PathSecrets.removed(from: path.span) ?? path
        return Disclosure.what(
            host: host, path: clean.span, query: query.span,
            subject: desk.recorder.subjects.tenant, salt: desk.salt())
    }

    /// The addresses that trusted proxies name, nearest last; allocates nothing if none are kept.
    private func forwarded(_ request: borrowing AccessRequest) -> [String] {
        guard !request.forwarded.isEmpty else { return [] }
        let bytes = request.bytes
        return request.forwarded.flatMap { range in
            Self.text(bytes, range).split(separator: ",").map { hop in
                String(
                    hop.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " }.reversed())
            }
        }
    }

    private func payload(_ request: borrowing AccessRequest, _ rules: ExchangeRules) -> Disclosure?
    {
        guard !request.kept.isEmpty else { return nil }
        let bytes = request.bytes
        return Disclosure.payload(
            fields: request.kept.map { field in
                (name: rules.privacy.fields[field.position], value: Self.text(bytes, field.value))
            }, subject: desk.recorder.subjects.tenant, salt: desk.salt())
    }

    private static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// - Parameter originalPath: left out where a secret was removed, of which it may show more.
    private func what(
        _ path: Span<UInt8>, _ query: Span<UInt8>, originalPath: [UInt8] = []
    ) -> Disclosure {
        Disclosure.what(
            path: path, originalPath: originalPath, query: query,
            subject: desk.recorder.subjects.tenant, salt: desk.salt())
    }

    func draft(
        _ record: AccessRecord, _ identified: borrowing IdentifiedRequest
    ) -> RecordDraft {
        record.draft(
            host: identified.request.bytes.span.extracting(identified.request.http.host),
            producer: desk.recorder.producer)
    }

    func duration(since identified: borrowing IdentifiedRequest) -> UInt64 {
        (desk.clock.monotonic() - identified.acceptedNanoseconds) / 1000
    }
}
