// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
import ByteCoding
import Disclosures

/// The `actor` of records, encoded once per verified credential.
package struct EncodedActor: Hashable, Sendable {
    let object: EncodedObject

    /// - Parameters:
    ///   - principal: its uid is not empty.
    ///   - claim: whom a refused credential names.
    ///   - unusedClaims: names of claims that were asked for but could not be used.
    ///   - via: those on whose behalf it acts, the outermost last.
    ///   - agent: the software that acts.
    package init(
        _ principal: Principal, claim: ActorClaim? = nil, unusedClaims: [String] = [],
        via: [ActingParty] = [], agent: AgentFacts? = nil
    ) {
        precondition(!principal.uid.isEmpty, "EveryRecordNamesAnActor: the principal has no uid")
        object = EncodedObject(
            Self.value(
                of: principal, claim: claim, unusedClaims: unusedClaims, via: via, agent: agent),
            path: "actor")
    }

    /// No credential was shown.
    package static let anonymous = EncodedActor(.anonymous)

    /// The proxy itself.
    package static let system = EncodedActor(.system)

    /// The `actor` as JSON.
    static func value(
        of principal: Principal, claim: ActorClaim? = nil, unusedClaims: [String] = [],
        via: [ActingParty] = [], agent: AgentFacts? = nil
    ) -> JSONValue {
        let authentication = principal.authentication
        var auth: [JSONMember] = []
        if let binding = authentication.binding, binding != .none {
            auth.add("bound", binding.rawValue)
        }
        auth.add("key", authentication.key)
        auth.add("method", authentication.method.rawValue)
        auth.add("mfa", authentication.multiFactor)
        auth.add("token", authentication.token)
        var actor: [JSONMember] = []
        if let agent { actor.append(JSONMember("agent", agent.json)) }
        actor.add("auth", auth)
        if let claim { actor.append(JSONMember("claimed", claim.json)) }
        actor.add("issuer", principal.issuer)
        if !principal.roles.isEmpty {
            actor.append(JSONMember("roles", .array(principal.roles.map { .string($0) })))
        }
        actor.add("session", principal.session)
        actor.add("type", principal.kind.rawValue)
        actor.add("uid", principal.uid)
        if !unusedClaims.isEmpty {
            actor.append(
                JSONMember("unused_claims", .array(unusedClaims.map { .string($0) })))
        }
        if !via.isEmpty { actor.append(JSONMember("via", .array(via.map(\.json)))) }
        return .object(actor)
    }
}
