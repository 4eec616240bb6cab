// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
internal import AuditRecords

/// A principal as records need it again and again: found once for each verified credential.
package final class Actor {
    package let principal: Principal
    let encoded: EncodedActor
    /// Whose key seals what is disclosed about the actor.
    let subject: SubjectKey
    /// Commits to name and e-mail; shared by all records of the credential.
    let who: Disclosure?

    init(_ principal: Principal, subject: SubjectKey, who: Disclosure?) {
        self.principal = principal
        encoded = EncodedActor(principal)
        self.subject = subject
        self.who = who
    }
}
