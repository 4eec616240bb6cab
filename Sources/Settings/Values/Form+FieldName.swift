// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages

extension Form where Value == String {
    /// A header field's name that may be captured.
    static let fieldName = Form.scalar(
        "a header field's name in lower case", write: { .string($0) }
    ) { text throws(Complaint) in
        try checkFieldName(text)
        guard !secretFields.contains(text) else {
            throw Complaint("`\(text)` carries credentials and is never captured")
        }
        return text
    }

    /// A header field in which to look for credentials: not one that means something else to a proxy.
    static let credentialField = Form.scalar(
        "a header field's name in lower case", write: { .string($0) }
    ) { text throws(Complaint) in
        try checkFieldName(text)
        let isTaken =
            otherFields.contains(text)
            || ["proxy-", "x-forwarded-", "countersign-"].contains { text.hasPrefix($0) }
        guard !isTaken else {
            throw Complaint("`\(text)` means something else; no credential is looked for there")
        }
        return text
    }

    /// A header field that a service is to get or not to get: not one that this proxy sets.
    static let chosenField = Form.scalar(
        "a header field's name in lower case", write: { .string($0) }
    ) { text throws(Complaint) in
        try checkFieldName(text)
        let isOurs =
            StripSettings.fieldsOfOurs.contains(text) || text.hasPrefix("countersign-")
        guard !isOurs else {
            throw Complaint(
                "`\(text)` is set by this proxy; a client that could set it would speak in the proxy's name"
            )
        }
        return text
    }

    /// The name of this proxy in `Via`.
    static let pseudonym = Form.scalar(
        "letters, digits, dots and hyphens", write: { .string($0) }
    ) { text throws(Complaint) in
        let isName = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E
        }
        guard (1...64).contains(text.utf8.count), isName else {
            throw Complaint("a name for Via is 1 to 64 letters, digits, dots and hyphens")
        }
        return text
    }

    private static func checkFieldName(_ text: String) throws(Complaint) {
        let isName = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        }
        guard (1...64).contains(text.utf8.count), isName else {
            let hint = NearestName.hint(text, among: [text.lowercased()])
            throw Complaint(
                "a header field's name is lower-case letters, digits and hyphens" + hint)
        }
    }

    /// Fields that frame, route or describe a request, or that browsers send by themselves.
    private static var otherFields: [String] {
        [
            "accept", "connection", "content-encoding", "content-length", "content-type", "cookie",
            "date", "dpop", "expect", "forwarded", "host", "keep-alive", "origin", "range",
            "referer", "te", "traceparent", "tracestate", "trailer", "transfer-encoding",
            "upgrade", "user-agent", "via",
        ]
    }

    /// Fields that carry secrets (attacks.md, log injection and secrets).
    private static var secretFields: [String] {
        [
            "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "dpop",
            "x-auth-token", "x-csrf-token", "x-xsrf-token",
        ]
    }
}
