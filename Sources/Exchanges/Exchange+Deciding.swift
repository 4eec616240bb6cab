// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Policy

extension Exchange {
    /// Where a request belongs: as it stands, or else without the parameters of its path.
    func route(_ request: ReceivedRequest, _ rulebook: Rulebook) -> Routing {
        guard !request.host.isEmpty || rulebook.servesWithoutHost else { return .noRoute }
        let head = request.head.span
        return rulebook.route(
            host: head.extracting(request.host), path: head.extracting(request.path),
            method: request.method, hasOtherReadings: request.traits.hasOtherReadings)
    }

    func decide(
        _ identified: IdentifiedRequest, _ match: RouteMatch, _ contenders: [Contender],
        _ rulebook: Rulebook
    ) -> Step {
        if identified.received.traits.hasEncodedSlash, !rulebook.passesEncodedSlash(match) {
            return refuse(
                identified, rulebook.refusal(of: match, .malformedPath), match: match)
        }
        if let (limit, name) = rulebook.limit(of: match),
            let bucket = desk.rules.buckets[match.service.value]
        {
            let verdict = desk.limiter.admit(
                limit.subject(identified.actor.principal, peer: client.address), under: limit,
                bucket: name, at: identified.acceptedNanoseconds)
            if case .limited(_, let seconds) = verdict {
                return refuse(
                    identified, rulebook.rateLimited(match), match: match,
                    limit: LimitFacts(bucket: bucket, verdict.standing),
                    retryAfterSeconds: seconds)
            }
        }
        let decision = rulebook.decide(
            match, method: identified.received.method, principal: identified.actor.principal)
        guard
            let decided = DecidedRequest(
                identified, match: match, decision: decision, audit: rulebook.audit(of: match))
        else { return refuse(identified, stray: decision, match) }
        if !contenders.isEmpty || !identified.received.traits.isOrdinary,
            let refusal = objection(to: decided, contenders, rulebook)
        {
            return refuse(identified, refusal, match: match)
        }
        return record(decided)
    }

    /// Why a request that is allowed as it stands is refused all the same: for another reading, or for what it asks.
    private func objection(
        to decided: DecidedRequest, _ contenders: [Contender], _ rulebook: Rulebook
    ) -> Decision? {
        let (match, received) = (decided.match, decided.identified.received)
        let request = ReadableRequest(
            head: received.head, host: received.host, path: received.path, method: received.method,
            overrides: received.traits.overrides,
            hasOtherReadings: received.traits.hasOtherReadings)
        if let objection = rulebook.objection(
            to: request, match: match, contenders: contenders,
            principal: decided.identified.actor.principal)
        {
            return objection
        }
        return received.traits.asksUpgrade
            ? rulebook.refusal(of: match, .upgradeNotSupported) : nil
    }
}
