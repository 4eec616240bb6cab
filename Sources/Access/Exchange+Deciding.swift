// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Disclosures
internal import Policy

extension Exchange {
    /// Determines where a request belongs and whether it is allowed.
    ///
    /// For allowed requests this is one function with what follows, because a call would move the
    /// request.
    ///
    /// - Parameter refusal: why its credentials are not accepted; reported after routing, because
    ///   the record names the route.
    @inline(__always)
    func decide(_ identified: consuming IdentifiedRequest, refusal: Reason?) -> Step {
        let rulebook = identified.rules.rulebook
        let routing = route(identified.request, rulebook)
        service = routing.service
        if let refusal {
            guard let service = routing.service else {
                return refuse(identified, rulebook.unrouted(refusal))
            }
            return refuse(
                identified, rulebook.refusal(in: service, refusal), match: routing.match,
                in: service)
        }
        let match: RouteMatch
        var contenders: [Contender] = []
        switch routing {
        case .noRoute:
            let isNamed = !identified.request.http.host.isEmpty || rulebook.servesWithoutHost
            return refuse(identified, rulebook.unrouted(isNamed ? .noRoute : .malformedHost))
        case .unlisted(let service):
            return refuse(
                identified, rulebook.refusal(in: service, .unlistedRoute), in: service)
        case .methodNotAllowed(let service, let allowed):
            return refuse(
                identified, rulebook.refusal(in: service, .methodNotAllowed), in: service,
                allowed: allowed)
        case .matched(let found): match = found
        case .contested(let found, let others): (match, contenders) = (found, others)
        }
        return decide(identified, match, contenders, rulebook)
    }

    /// Where a request belongs: as sent, or else without the parameters of its path.
    private func route(_ request: borrowing AccessRequest, _ rulebook: Rulebook) -> Routing {
        let http = request.http
        guard !http.host.isEmpty || rulebook.servesWithoutHost else { return .noRoute }
        let bytes = request.bytes.span
        return rulebook.route(
            host: bytes.extracting(http.host), path: bytes.extracting(http.path),
            method: http.method, hasOtherReadings: http.traits.hasOtherReadings)
    }

    @inline(__always)
    private func decide(
        _ identified: consuming IdentifiedRequest, _ match: RouteMatch, _ contenders: [Contender],
        _ rulebook: Rulebook
    ) -> Step {
        if identified.request.http.traits.hasEncodedSlash, !rulebook.passesEncodedSlash(match) {
            return refuse(
                identified, rulebook.refusal(of: match, .malformedPath), match: match)
        }
        if let limit = rulebook.limit(of: match),
            case .limited(let standing, let seconds) = admit(identified, under: limit)
        {
            return refuse(
                identified, rulebook.rateLimited(match), match: match,
                limit: identified.rules.buckets[match.service.value].map {
                    LimitFacts(bucket: $0, standing)
                }, retryAfterSeconds: seconds)
        }
        let decision = rulebook.decide(
            match, method: identified.request.http.method, principal: identified.actor.principal)
        guard decision.effect == .allow else {
            return refuse(identified, stray: decision, match)
        }
        if !contenders.isEmpty || !identified.request.http.traits.isOrdinary,
            let refusal = objection(to: identified, match, contenders, rulebook)
        {
            return refuse(identified, refusal, match: match)
        }
        return record(
            DecidedRequest(
                identified, match: match, decision: consume decision,
                audit: rulebook.audit(of: match)))
    }

    /// Counts an access in the cells of whoever it is counted for.
    private func admit(
        _ identified: borrowing IdentifiedRequest, under limit: ServiceLimit
    ) -> LimitVerdict {
        let actor = identified.actor
        let now = identified.acceptedNanoseconds
        if limit.limit.counts(actor.principal) {
            return actor.limits.admit(under: limit, by: desk.limiter, at: now) {
                .actor(actor.principal.uid)
            }
        }
        let address = client.address
        return client.limits.admit(under: limit, by: desk.limiter, at: now) {
            .peer(PeerGroup(address))
        }
    }

    /// Why a request that is allowed as sent is refused all the same: for another reading, or for
    /// what it asks.
    @inline(never)
    private func objection(
        to identified: borrowing IdentifiedRequest, _ match: RouteMatch, _ contenders: [Contender],
        _ rulebook: Rulebook
    ) -> Decision? {
        let http = identified.request.http
        let request = ReadableRequest(
            head: identified.request.bytes, host: http.host, path: http.path, method: http.method,
            overrides: http.traits.overrides, hasOtherReadings: http.traits.hasOtherReadings)
        if let objection = rulebook.objection(
            to: request, match: match, contenders: contenders,
            principal: identified.actor.principal)
        {
            return objection
        }
        return http.traits.asksUpgrade ? rulebook.refusal(of: match, .upgradeNotSupported) : nil
    }

    /// Refuses what policy does not allow; if credentials are needed and some were shown, says what
    /// is wrong with them.
    @inline(never)
    private func refuse(
        _ identified: consuming IdentifiedRequest, stray decision: Decision, _ match: RouteMatch
    ) -> Step {
        var identified = identified
        guard let stray = identified.stray, decision.reason == .noCredentials else {
            return refuse(identified, decision, match: match)
        }
        let actor = desk.actor(refused: stray.refusal)
        identified.commitments = commitments(identified.request, actor)
        identified.actor = actor
        return refuse(identified, decision.replacing(reason: stray.refusal.reason), match: match)
    }
}
