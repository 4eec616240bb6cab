// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Ledger
internal import Policy

extension Exchange {
    func startedDraft(_ decided: DecidedRequest) -> RecordDraft {
        var record = outcomeRecord(
            decided.identified, match: decided.match, decision: decided.decision,
            isAsked: true)
        record.stage = .started
        record.end = .open
        return draft(record, decided.identified)
    }

    /// - Parameter isAsked: whether the request went to its service, or is about to.
    func outcomeRecord(
        _ identified: IdentifiedRequest, match: RouteMatch?, decision: Decision, isAsked: Bool
    ) -> AccessRecord {
        let rules = identified.rules
        return AccessRecord(
            uid: identified.uid, time: identified.accepted, stage: .complete,
            actor: identified.actor.encoded,
            service: match.map { rules.service($0, isAsked: isAsked) } ?? .countersign,
            http: HTTPFacts(
                method: identified.received.method, scheme: client.scheme,
                version: identified.received.version, route: match.map(rules.route)),
            decision: desk.encoded(decision), end: .open, reason: nil,
            commitments: identified.commitments,
            trace: identified.received.trace == nil ? nil : identified.trace,
            dataTags: match.map { rules.rulebook.tags(of: decision, in: $0) } ?? [])
    }

    /// Made once a request: its `started` record and its outcome name the same disclosures.
    func commitments(_ request: ReceivedRequest, _ actor: Actor) -> Commitments {
        let rules = desk.rules
        let head = request.head.span
        var what: Disclosure?
        if rules.privacy.path || rules.privacy.query {
            let path = head.extracting(rules.privacy.path ? request.path : 0..<0)
            let query = head.extracting(rules.privacy.query ? request.query ?? 0..<0 : 0..<0)
            if request.traits.hasOtherReadings, let clean = PathSecrets.removed(from: path) {
                what = self.what(clean.span, query)
            } else {
                what = self.what(path, query)
            }
        }
        return Commitments(
            who: actor.who,
            where: client.place(
                userAgent: head.extracting(request.userAgent ?? 0..<0),
                forwarded: forwarded(request), subject: actor.subject, rules: rules,
                salt: desk.salt),
            what: what, payload: payload(request, rules))
    }

    /// What a request that was not understood seems to ask for, sealed as that of every other.
    func what(_ note: RefusalNote) -> Disclosure? {
        let privacy = desk.rules.privacy
        let path = privacy.path ? note.path : []
        let query = privacy.query ? note.query : []
        let host = privacy.path ? note.host : []
        guard !path.isEmpty || !query.isEmpty || !host.isEmpty else { return nil }
        let clean = PathSecrets.removed(from: path.span) ?? path
        return Disclosure.what(
            host: host, path: clean.span, query: query.span,
            subject: desk.ledger.subjects.tenant, salt: desk.salt())
    }

    /// The addresses that trusted proxies name, nearest last; without a list in memory where none are kept.
    private func forwarded(_ request: ReceivedRequest) -> [String] {
        guard !request.forwarded.isEmpty else { return [] }
        return request.forwarded.flatMap { range in
            text(request, range).split(separator: ",").map { hop in
                String(
                    hop.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " }.reversed())
            }
        }
    }

    private func payload(_ request: ReceivedRequest, _ rules: ExchangeRules) -> Disclosure? {
        guard !request.kept.isEmpty else { return nil }
        return Disclosure.payload(
            fields: request.kept.map { field in
                (name: rules.privacy.fields[field.position], value: text(request, field.value))
            }, subject: desk.ledger.subjects.tenant, salt: desk.salt())
    }

    private func text(_ request: ReceivedRequest, _ range: Range<Int>) -> String {
        String(decoding: request.head[range], as: UTF8.self)
    }

    private func what(_ path: Span<UInt8>, _ query: Span<UInt8>) -> Disclosure {
        Disclosure.what(
            path: path, query: query, subject: desk.ledger.subjects.tenant, salt: desk.salt())
    }

    func draft(_ record: AccessRecord, _ identified: IdentifiedRequest) -> RecordDraft {
        let head = identified.received.head
        return record.draft(
            host: head.span.extracting(identified.received.host), producer: desk.ledger.producer)
    }

    func duration(since identified: IdentifiedRequest) -> UInt64 {
        (desk.clock.monotonic() - identified.acceptedNanoseconds) / 1000
    }
}
