// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import AuditRecords
package import ByteCoding
internal import Disclosures
package import Identity
internal import Ledger
package import Policy

/// A request and when it came.
struct ReceivedRequest: ~Copyable {
    let request: AccessRequest
    /// Those in force when it began: a reload changes nothing for requests under way.
    let rules: ExchangeRules
    let accepted: UTCInstant
    let acceptedNanoseconds: UInt64
}

/// A request and who makes it. Only ``Exchange`` makes one, from a ``ReceivedRequest``.
///
/// Not copyable, like later stages: there is one for each access, and passing it on counts no
/// references.
struct IdentifiedRequest: ~Copyable {
    let request: AccessRequest
    let rules: ExchangeRules
    let uid: UniqueID
    let accepted: UTCInstant
    let acceptedNanoseconds: UInt64
    let trace: TraceContext
    var actor: KnownActor
    var commitments: Commitments
    /// The credential that identified the caller, which is not the service's.
    let credential: ShownCredential?
    /// Why what was shown identifies nobody: it is not one of our credentials, or is refused.
    var stray: StrayCredential?

    init(
        _ received: consuming ReceivedRequest, uid: UniqueID, trace: TraceContext,
        actor: KnownActor, commitments: Commitments, credential: ShownCredential?,
        stray: StrayCredential?
    ) {
        rules = received.rules
        accepted = received.accepted
        acceptedNanoseconds = received.acceptedNanoseconds
        request = received.request
        self.uid = uid
        self.trace = trace
        self.actor = actor
        self.commitments = commitments
        self.credential = credential
        self.stray = stray
    }
}

/// A credential that is not ours or is refused, whose bearer is therefore anonymous.
///
/// An object: few requests have one, and the others carry no room for it.
final class StrayCredential {
    let refusal: Refusal

    init(_ refusal: Refusal) { self.refusal = refusal }
}

/// A request that policy has allowed on a route. Only made from an ``IdentifiedRequest``.
struct DecidedRequest: ~Copyable {
    let identified: IdentifiedRequest
    let match: RouteMatch
    let decision: Decision
    let audit: AuditPolicy

    /// - Precondition: `OnlyAllowedGoOn`: the decision allows.
    init(
        _ identified: consuming IdentifiedRequest, match: RouteMatch, decision: Decision,
        audit: AuditPolicy
    ) {
        precondition(
            decision.effect == .allow, "OnlyAllowedGoOn: a request goes on that was not allowed")
        self.identified = identified
        self.match = match
        self.decision = decision
        self.audit = audit
    }

    /// Whether its `started` record comes first.
    var recordsAhead: Bool {
        audit.recordsAhead(mayChange: identified.request.mayChange)
    }
}

/// A request that may be forwarded: the only thing that an upstream pool accepts.
///
/// `RecordedBeforeForwarded`: made from a receipt or a permit, and only the ledger makes those. The
/// third way is a route's own `on_failure: allow`, which is counted. An object, because it is
/// passed on many times.
package final class RecordedRequest {
    /// Which service it goes to.
    package let service: ServiceIndex
    package let uid: UniqueID
    /// The trace with a span of ours, for `traceparent`.
    package let trace: TraceContext
    /// Who makes the request, for the headers that tell the service so.
    package let actor: KnownActor
    /// The credential that identified the caller, if it is in the header: it is not for the
    /// service.
    package let credential: ShownCredential?

    /// The request has a durable `started` record.
    convenience init(_ decided: borrowing DecidedRequest, _ receipt: RecordReceipt) {
        self.init(decided)
    }

    /// The route records at completion, and the ledger takes records now.
    convenience init?(_ decided: borrowing DecidedRequest, _ permit: RecordingPermit) {
        guard !Auditing.isOn || !decided.recordsAhead else { return nil }
        self.init(decided)
    }

    /// The route lets accesses through that the log cannot record; the caller counts it.
    convenience init?(unrecorded decided: borrowing DecidedRequest) {
        guard decided.audit.onFailure == .allow else { return nil }
        self.init(decided)
    }

    private init(_ decided: borrowing DecidedRequest) {
        service = decided.match.service
        uid = decided.identified.uid
        trace = decided.identified.trace
        actor = decided.identified.actor
        credential = decided.identified.credential
    }

    package var principal: Principal { actor.principal }
}
