// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import AuditRecords
package import ByteCoding
package import Identity
internal import Ledger
package import Policy

/// A request and who makes it. Only ``Exchange`` makes one, from a ``ReceivedRequest``.
///
/// An object, as ``DecidedRequest`` is: a stage that hands a request on copies one reference, not two dozen.
final class IdentifiedRequest {
    let received: ReceivedRequest
    /// Those in force when it began: a reload changes nothing for requests under way.
    let rules: ExchangeRules
    let uid: UniqueID
    let accepted: UTCInstant
    let acceptedNanoseconds: UInt64
    let trace: TraceContext
    let actor: Actor
    let commitments: Commitments
    /// The credential that identified the caller, which is not the service's.
    let credential: ShownCredential?
    /// Why what an anonymous caller showed is no credential of ours.
    let stray: Refusal?

    init(
        received: ReceivedRequest, rules: ExchangeRules, uid: UniqueID, accepted: UTCInstant,
        acceptedNanoseconds: UInt64, trace: TraceContext, actor: Actor, commitments: Commitments,
        credential: ShownCredential?, stray: Refusal?
    ) {
        self.received = received
        self.rules = rules
        self.uid = uid
        self.accepted = accepted
        self.acceptedNanoseconds = acceptedNanoseconds
        self.trace = trace
        self.actor = actor
        self.commitments = commitments
        self.credential = credential
        self.stray = stray
    }

    /// The same request, whose record names another actor.
    func naming(_ actor: Actor, _ commitments: Commitments) -> IdentifiedRequest {
        IdentifiedRequest(
            received: received, rules: rules, uid: uid, accepted: accepted,
            acceptedNanoseconds: acceptedNanoseconds, trace: trace, actor: actor,
            commitments: commitments, credential: credential, stray: nil)
    }
}

/// A request that policy has allowed on a route. Only made from an ``IdentifiedRequest``.
final class DecidedRequest {
    let identified: IdentifiedRequest
    let match: RouteMatch
    let decision: Decision
    let audit: AuditPolicy

    /// Nil unless the decision allows.
    init?(
        _ identified: IdentifiedRequest, match: RouteMatch, decision: Decision,
        audit: AuditPolicy
    ) {
        guard decision.effect == .allow else { return nil }
        self.identified = identified
        self.match = match
        self.decision = decision
        self.audit = audit
    }
}

extension DecidedRequest {
    /// Whether its `started` record comes first: for the method that it has, or one that it asks to be taken for.
    var recordsAhead: Bool {
        let received = identified.received
        return audit.recordsAhead(received.method)
            || received.traits.overrides.contains(where: audit.recordsAhead)
    }
}

/// A request that may be forwarded: the only thing that an upstream pool accepts.
///
/// `RecordedBeforeForwarded`: made from a receipt or a permit, and only the ledger makes those. The third way is
/// a route's own `on_failure: allow`, which is counted.
package struct RecordedRequest {
    let decided: DecidedRequest

    /// The request has a durable `started` record.
    init(_ decided: DecidedRequest, _ receipt: RecordReceipt) { self.decided = decided }

    /// The route records at completion, and the ledger takes records now.
    init?(_ decided: DecidedRequest, _ permit: RecordingPermit) {
        guard !Auditing.isOn || !decided.recordsAhead else { return nil }
        self.decided = decided
    }

    /// The route lets accesses through that the log cannot take; the caller counts it.
    init?(unrecorded decided: DecidedRequest) {
        guard decided.audit.onFailure == .allow else { return nil }
        self.decided = decided
    }

    /// Which service it goes to.
    package var service: ServiceIndex { decided.match.service }
    package var uid: UniqueID { decided.identified.uid }
    /// The trace with a span of ours, for `traceparent`.
    package var trace: TraceContext { decided.identified.trace }
    /// Who makes the request, for the headers that tell the service.
    package var actor: Actor { decided.identified.actor }
    package var principal: Principal { actor.principal }
    /// The credential that identified the caller, if it stands in the header: it is not for the service.
    package var credential: ShownCredential? { decided.identified.credential }
}
