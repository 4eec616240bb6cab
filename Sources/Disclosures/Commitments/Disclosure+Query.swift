// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension Disclosure {
    /// Commits to what somebody who read the log asked for: `query.text`, in the group `what`.
    ///
    /// - Parameter subject: whom the query names, so that it goes with them when they are erased.
    package static func query(_ text: String, subject: SubjectKey, salt: Salt) -> Disclosure {
        Disclosure(
            .what, value: .object([JSONMember("query.text", .string(text))]), subject: subject,
            salt: salt)
    }
}
