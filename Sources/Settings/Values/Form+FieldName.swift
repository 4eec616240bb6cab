// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension Form where Value == String {
    /// A header field's name that may be captured.
    static let fieldName = Form.scalar(
        "a header field's name in lower case", write: { .string($0) }
    ) { text throws(Complaint) in
        let isName = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        }
        guard (1...64).contains(text.utf8.count), isName else {
            let hint = NearestName.hint(text, among: [text.lowercased()])
            throw Complaint(
                "a header field's name is lower-case letters, digits and hyphens" + hint)
        }
        guard !secretFields.contains(text) else {
            throw Complaint("`\(text)` carries credentials and is never captured")
        }
        return text
    }

    /// Fields that carry secrets (attacks.md, log injection and secrets).
    private static var secretFields: [String] {
        [
            "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "dpop",
            "x-auth-token", "x-csrf-token", "x-xsrf-token",
        ]
    }
}
