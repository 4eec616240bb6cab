// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Identity
internal import Policy

extension Exchange {
    /// Refuses what policy does not allow; who is told to show credentials and has shown some is told what is wrong
    /// with them.
    func refuse(
        _ identified: IdentifiedRequest, stray decision: Decision, _ match: RouteMatch
    ) -> Step {
        guard let stray = identified.stray, decision.reason == .noCredentials else {
            return refuse(identified, decision, match: match)
        }
        var decision = decision
        decision.reason = stray.reason
        let actor = desk.actor(refused: stray)
        return refuse(
            identified.naming(actor, commitments(identified.received, actor)), decision,
            match: match)
    }
}
