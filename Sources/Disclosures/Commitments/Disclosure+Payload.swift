// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension Disclosure {
    /// Commits to request fields that are to be kept: `http.request.headers`. Nil without any.
    ///
    /// - Parameters:
    ///   - fields: names in lower case, and values as received; a repeated name adds to its value.
    ///   - subject: the data subject if a rule names one, otherwise the tenant.
    package static func payload(
        fields: [(name: String, value: String)], subject: SubjectKey, salt: Salt
    ) -> Disclosure? {
        var members: [JSONMember] = []
        for field in fields {
            if let place = members.firstIndex(where: { $0.name == field.name }) {
                let before = members[place].value.string ?? ""
                members[place].value = .string(before + ", " + field.value)
            } else {
                members.add(field.name, field.value)
            }
        }
        guard !members.isEmpty else { return nil }
        return Disclosure(
            .payload, value: .object([JSONMember("http.request.headers", .object(members))]),
            subject: subject, salt: salt)
    }

    /// Commits to why somebody read the log, in their own words: `query.purpose`.
    ///
    /// - Parameter subject: whom they looked for, if that is one person, otherwise whoever reads.
    package static func payload(purpose: String, subject: SubjectKey, salt: Salt) -> Disclosure {
        Disclosure(
            .payload, value: .object([JSONMember("query.purpose", .string(purpose))]),
            subject: subject, salt: salt)
    }
}
