// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension Disclosure {
    /// Commits to who an actor is: `actor.email`, `actor.name`. One serves every request of a
    /// verified token. Nil where neither is known.
    package static func who(
        name: String?, email: String?, subject: SubjectKey, salt: Salt
    ) -> Disclosure? {
        var members: [JSONMember] = []
        members.add("actor.email", email)
        members.add("actor.name", name)
        guard !members.isEmpty else { return nil }
        return Disclosure(.who, value: .object(members), subject: subject, salt: salt)
    }
}
