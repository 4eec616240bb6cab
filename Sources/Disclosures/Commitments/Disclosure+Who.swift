// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension Disclosure {
    /// Commits to who an actor is: `actor.email`, `actor.name`, `actor.subject`. One serves every
    /// request of a verified credential. Nil if none is known.
    ///
    /// - Parameter identifier: the subject in the identity source's own words.
    package static func who(
        name: String?, email: String?, identifier: String? = nil, subject: SubjectKey, salt: Salt
    ) -> Disclosure? {
        var members: [JSONMember] = []
        members.add("actor.email", email)
        members.add("actor.name", name)
        members.add("actor.subject", identifier)
        guard !members.isEmpty else { return nil }
        return Disclosure(.who, value: .object(members), subject: subject, salt: salt)
    }

    /// Commits to whom a refused credential names: `actor.claimed.issuer` if it is not ours,
    /// `actor.claimed.name`, `actor.claimed.subject`. Nil if none is known.
    package static func who(
        claimedIssuer issuer: String?, name: String?, identifier: String?, subject: SubjectKey,
        salt: Salt
    ) -> Disclosure? {
        var members: [JSONMember] = []
        members.add("actor.claimed.issuer", issuer)
        members.add("actor.claimed.name", name)
        members.add("actor.claimed.subject", identifier)
        guard !members.isEmpty else { return nil }
        return Disclosure(.who, value: .object(members), subject: subject, salt: salt)
    }
}
