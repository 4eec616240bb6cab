// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// A strong validator of an answer's content (RFC 9110 §8.8.3).
///
/// A checksum for caches to compare: a log client believes only what it has verified itself.
package struct EntityTag: Hashable, Sendable {
    /// With its quotation marks, as in the field.
    package let text: String

    /// - Parameter identity: bytes that are the same if and only if the content is.
    package init(of identity: [UInt8]) {
        let sum = String(XXH64.checksum(identity.span), radix: 16)
        text = "\"\(String(repeating: "0", count: 16 - sum.utf8.count))\(sum)\""
    }

    /// - Parameter digest: of the content, in hexadecimal.
    package init(digest: String) { text = "\"\(digest)\"" }

    /// Whether an `If-None-Match` names this tag; the weak comparison, as §13.1.2 wants it there.
    package func isNamed(by field: String) -> Bool {
        field.split(separator: ",").contains { member in
            let tag = member.drop { $0 == " " || $0 == "\t" }
            let end = tag.lastIndex { $0 != " " && $0 != "\t" }.map { tag.index(after: $0) }
            let trimmed = tag[..<(end ?? tag.endIndex)]
            return trimmed == "*" || trimmed == text || trimmed == "W/\(text)"
        }
    }
}
