// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures
package import Identity
internal import Ledger

extension Desk {
    /// Who makes a request, or why that is not accepted.
    enum Identified {
        /// - Parameter by: the credential in the header, if it was one.
        case found(KnownActor, by: ShownCredential?)
        /// Nobody we know; the refusal is for an access that needs somebody.
        case foreign(Refusal)
        case refused(Refusal)
    }

    /// Who makes a request, by the one credential that it shows or by showing none; nil: not known
    /// yet.
    func remembered(
        _ request: borrowing AccessRequest, from client: Client, now: UTCInstant
    ) -> KnownActor? {
        switch request.credential {
        case .none:
            guard let certificate = client.certificate else { return anonymous }
            guard let known = client.certified, certificate.isValid(at: now),
                known.generation == rules.identity.generation, !known.actor.subject.isDestroyed
            else { return nil }
            return known.actor
        case .one(let shown):
            let text = request.bytes.span.extracting(shown.range)
            if let last = client.shown, last.credential.holds(text, as: shown.form, now: now),
                !last.actor.subject.isDestroyed
            {
                return last.actor
            }
            guard let found = tokens.find(text, as: shown.form, now: now) else { return nil }
            let actor = tokens.value(of: found)
            // Whoever was erased and comes back is somebody new.
            guard !actor.subject.isDestroyed else { return nil }
            client.shown = (found, actor)
            return actor
        case .refused, .foreign, .several: return nil
        }
    }

    /// Has the credentials of a request verified by other threads, which notify its receiver.
    ///
    /// - Returns: false if it is to be done here and now: it takes little, there is nobody else, or
    ///   too many wait.
    func verifyElsewhere(
        _ request: borrowing AccessRequest, _ rules: ExchangeRules, from client: Client,
        now: UTCInstant, for receiver: any SettlementReceiver
    ) -> Bool {
        guard let verifier, rules.identity.isSlow(request.credential),
            identifying.count < Self.mostIdentifying
        else { return false }
        let ticket = identifying.next
        identifying.wait(receiver)
        verifier.submit(
            IdentificationJob(
                ticket: ticket, credential: request.credential, bytes: request.bytes,
                binding: request.binding(to: client), sources: rules.identity, now: now))
        return true
    }

    /// The most requests of one event loop whose credentials are being verified elsewhere.
    private static let mostIdentifying = 1_024

    /// Hands the outcome of a job to the request that waits for it.
    package func deliver(_ identification: Identification, ticket: UInt64) {
        identifying.take(ticket)?.identified(identification)
    }

    /// Remembers who makes a request, as far as allowed.
    func identified(
        _ identification: Identification, _ request: borrowing AccessRequest,
        _ rules: ExchangeRules, from client: Client, now: UTCInstant
    ) -> Identified {
        switch identification {
        case .anonymous: return .found(anonymous, by: nil)
        case .foreign(let refusal): return .foreign(refusal)
        case .refused(let refusal): return .refused(refusal)
        case .identified(let identity, by: let shown):
            if shown == nil, let known = client.certified, known.identity == identity,
                known.generation == rules.identity.generation, !known.actor.subject.isDestroyed
            {
                return .found(known.actor, by: nil)
            }
            let actor = actor(identity)
            guard let shown else {
                if rules.identity.generation == self.rules.identity.generation {
                    client.certified = (identity, actor, rules.identity.generation)
                }
                return .found(actor, by: nil)
            }
            if let until = identity.cacheableUntil, let source = identity.credentialSource {
                // What was verified by a source that has since changed says nothing about the next
                // request.
                let kept = tokens.keep(
                    actor, for: request.bytes.span.extracting(shown.range), as: shown.form,
                    from: source, generation: rules.identity.generations[source], until: until,
                    now: now)
                client.shown = kept.map { ($0, actor) }
            }
            return .found(actor, by: shown)
        }
    }

    private func actor(_ identity: VerifiedIdentity) -> KnownActor {
        let subject = recorder.subjects.key(issuer: identity.issuer, subject: identity.subject)
        let principal = Principal(
            uid: subject.id.text, kind: identity.kind, issuer: identity.issuer,
            roles: identity.roles, session: identity.session,
            authentication: identity.authentication)
        let who = Disclosure.who(
            name: rules.privacy.name ? identity.name : nil,
            email: rules.privacy.email ? identity.email : nil,
            identifier: rules.privacy.subject ? identity.subject : nil, subject: subject,
            salt: salt())
        return KnownActor(
            principal, subject: subject, who: who, unusedClaims: identity.unusedClaims)
    }

    /// Nobody, with what is known of the credential that was not accepted.
    ///
    /// Only a genuine credential is reported under its subject's id and sealed under that subject's
    /// key: others could claim to be anybody, and fill the directory of subjects.
    func actor(refused refusal: Refusal) -> KnownActor {
        guard let claim = refusal.claim else { return anonymous }
        var subject = recorder.subjects.anonymous
        var uid: String?
        if claim.isVerified, let issuer = claim.issuer, let name = claim.subject {
            subject = recorder.subjects.key(issuer: issuer, subject: name)
            uid = subject.id.text
        }
        let privacy = rules.privacy
        let who = Disclosure.who(
            claimedIssuer: privacy.subject ? claim.statedIssuer : nil,
            name: privacy.name ? claim.name : nil,
            identifier: privacy.subject ? claim.subject : nil, subject: subject, salt: salt())
        return KnownActor(
            .anonymous, subject: subject, who: who, claim: ActorClaim(claim, uid: uid))
    }
}

extension AccessRequest {
    /// What its credential may be bound to.
    func binding(to client: Client) -> RequestBinding {
        switch facts {
        case .http(let http):
            RequestBinding(
                method: http.method,
                url: BoundURL(
                    isSecure: client.scheme == .https, host: http.host, path: http.path),
                certificate: client.certificate)
        }
    }
}

extension VerifiedIdentity {
    /// Until when the same bytes need no new check: a key without an end is valid until the next
    /// reload.
    fileprivate var cacheableUntil: UTCInstant? {
        guard authentication.method == .apikey else { return reusableUntil }
        return expires ?? UTCInstant(microseconds: .max)
    }
}
