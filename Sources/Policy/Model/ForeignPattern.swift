// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Route patterns of other software.
///
/// Here they would be taken literally: a deny of `/invoices/*` would apply to no request at all. Nobody means
/// that, so they are mistakes wherever a path is written.
package enum ForeignPattern {
    /// What is wrong, and what to write.
    package static let message =
        "`*`, `:name`, `<name>` and `$` stand for nothing here: a prefix covers what is below it; write `{id}` for one segment, or `{rest...}` for all that follows"

    /// Whether a segment or a path contains one.
    package static func occurs(in text: some Collection<UInt8>) -> Bool {
        var before = ASCII.slash
        for byte in text {
            switch byte {
            case UInt8(ascii: "*"), UInt8(ascii: "$"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: "^"):
                return true
            // `/users/{id}:batch` has its colon within.
            case UInt8(ascii: ":") where before == ASCII.slash: return true
            default: before = byte
            }
        }
        return false
    }
}
