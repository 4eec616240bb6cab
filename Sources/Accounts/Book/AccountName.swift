// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What somebody is called at the login: 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-` and `@`, beginning with a letter or
/// a digit.
///
/// No two names look alike, and there is one spelling of each: capitals that are entered count as small letters.
package struct AccountName: Hashable, Comparable, Sendable {
    package static let mostBytes = 64

    package let text: String

    package init?(_ entered: String) {
        let text = entered.lowercased()
        // Other letters have small forms of ASCII, such as the sign of a kelvin.
        guard entered.utf8.allSatisfy({ $0 < 0x80 }), entered.utf8.count <= Self.mostBytes,
            let first = text.utf8.first,
            Self.isAlphanumeric(first),
            text.utf8.allSatisfy({ Self.isAlphanumeric($0) || ".-_@".utf8.contains($0) })
        else { return nil }
        self.text = text
    }

    package static func < (one: Self, other: Self) -> Bool { one.text < other.text }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
