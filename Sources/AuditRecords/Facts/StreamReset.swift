// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// A stream that was reset: `http.reset` of the record.
package struct StreamReset: Hashable, Sendable {
    package var by: ClosingSide
    /// Error code of RFC 9113 §7 or RFC 9114 §8.1.
    package var code: UInt64

    package init(by: ClosingSide, code: UInt64) {
        self.by = by
        self.code = code
    }

    /// Writes the member `reset` of `http` and a comma.
    func write(to text: inout RecordText) {
        text.putObject(#""reset":{"#) { text in
            text.put(#""by":"#, word: by.rawValue)
            text.put(#""code":"#, code)
        }
    }

    /// What readers know of it.
    static let members: [(String, RecordSchema.Form)] = [
        ("http.reset.by", .text), ("http.reset.code", .integer(RecordSchema.whole)),
        ("http.upstream_version", .text),
    ]
}
