// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with a configuration text, and where.
package struct SettingsFault: Hashable, Sendable {
    /// The kind of mistake, for tests and programs; people read ``message``.
    package enum Code: String, CaseIterable, Sendable {
        /// The text is not YAML.
        case syntax
        /// The text has no content.
        case empty
        case tooLarge = "too_large"
        case repeatedKey = "repeated_key"
        case unknownKey = "unknown_key"
        /// A setting of the product that this version does not have.
        case notAvailable = "not_available"
        case missing
        /// A list where a text belongs, or the like.
        case wrongShape = "wrong_shape"
        case badValue = "bad_value"
        /// An `env:` or `file:` that leads nowhere.
        case unresolved
        /// Two settings that conflict.
        case conflict
    }

    package var code: Code
    package var position: TextPosition
    /// Where in the structure: `services[0].upstream.url`; empty for the whole document.
    package var path: String
    /// What is wrong and what would be right, on one line and without a full stop.
    package var message: String

    package init(code: Code, position: TextPosition, path: String, message: String) {
        self.code = code
        self.position = position
        self.path = Self.line(path)
        self.message = Self.line(message)
    }

    /// A fault is one line: line breaks in quoted names and values are made visible.
    private static func line(_ text: String) -> String {
        text.contains(where: \.isNewline)
            ? String(text.map { $0.isNewline ? "\u{2424}" : $0 }) : text
    }

    /// The line that people and editors read: `FILE:LINE:COLUMN: PATH: MESSAGE`.
    package func text(file: String) -> String {
        let place = path.isEmpty ? "" : path + ": "
        return "\(file):\(position.line):\(position.column): \(place)\(message)"
    }
}
