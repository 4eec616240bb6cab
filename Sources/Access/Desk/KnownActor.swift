// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
internal import AuditRecords
internal import Disclosures
internal import Policy

/// A principal in the form that records need: made once for each verified credential.
///
/// Belongs to the desk that made it.
package final class KnownActor {
    package let principal: Principal
    let encoded: EncodedActor
    /// Whose key seals what is disclosed about the actor.
    let subject: SubjectKey
    /// Commits to subject, name and e-mail; shared by all records of the credential.
    let who: Disclosure?
    /// What it has used up of limits for each actor.
    var limits = LimitCells()

    /// - Parameters:
    ///   - claim: whom a refused credential names; the principal is anonymous then.
    ///   - unusedClaims: names of claims that could not be used.
    init(
        _ principal: Principal, subject: SubjectKey, who: Disclosure?, claim: ActorClaim? = nil,
        unusedClaims: [String] = []
    ) {
        self.principal = principal
        encoded = EncodedActor(principal, claim: claim, unusedClaims: unusedClaims)
        self.subject = subject
        self.who = who
    }
}
