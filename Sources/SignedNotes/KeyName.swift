// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The name of a signer in signature lines and verifier keys (C2SP signed-note).
///
/// Not empty, without white space in the sense of Unicode, without `+` and without control characters.
package struct KeyName: Hashable, Sendable {
    package let text: String

    /// Nil for a text that is not a key name.
    package init?(_ text: some StringProtocol) {
        guard !text.isEmpty,
            text.unicodeScalars.allSatisfy({ scalar in
                scalar.value >= 0x20 && scalar != "+" && !scalar.properties.isWhitespace
            })
        else { return nil }
        self.text = String(text)
    }
}

extension KeyName: CustomStringConvertible {
    package var description: String { text }

    /// Names are equal when their bytes are: Unicode has several forms of one letter, which must not
    /// give two keys the same name.
    package static func == (one: Self, other: Self) -> Bool {
        one.text.utf8.elementsEqual(other.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
