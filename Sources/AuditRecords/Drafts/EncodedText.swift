// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures

/// A JSON string encoded once, for values that change rarely and are written often.
package struct EncodedText: Hashable, Sendable {
    /// The string with its quotes, cut to ``RecordLimits/stringBytes``.
    package let bytes: [UInt8]
    /// Whether the text was longer than a record may hold.
    package let isTruncated: Bool

    /// - Parameter text: not empty: what is empty is absent in a record.
    package init(_ text: String) {
        precondition(!text.isEmpty, "AbsentIsAbsent: a record holds no empty string")
        var bytes: [UInt8] = []
        isTruncated = bytes.appendJSONString(Array(text.utf8).span)
        self.bytes = bytes
    }
}

/// A JSON object encoded once, with the paths of the strings that had to be cut.
struct EncodedObject: Hashable, Sendable {
    let bytes: [UInt8]
    let truncated: [String]

    /// - Parameter path: name of the member that holds the object.
    init(_ object: JSONValue, path: String) {
        var limiter = RecordLimiter()
        bytes = CanonicalJSON.encode(limiter.limit(object, path: path))
        truncated = limiter.truncated
    }
}
