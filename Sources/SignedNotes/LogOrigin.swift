// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The permanent name of a log: the first line of all its checkpoints (C2SP tlog-checkpoint).
///
/// Not empty, one line without control characters. It should be a URL without schema, and the log's
/// key should be called the same.
package struct LogOrigin: Hashable, Sendable {
    package let text: String

    /// Nil for a text that is not an origin.
    package init?(_ text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 }) else { return nil }
        self.text = String(text)
    }

    /// The origin of a log whose key has this name.
    package init(_ name: KeyName) { text = name.text }

    /// Origins are equal when their bytes are.
    package static func == (one: Self, other: Self) -> Bool {
        one.text.utf8.elementsEqual(other.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension LogOrigin: CustomStringConvertible {
    package var description: String { text }
}
