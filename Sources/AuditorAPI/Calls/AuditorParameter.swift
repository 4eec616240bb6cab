// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Query

/// Something that an operation can be told, as its declaration: the only place that says what is taken.
package struct AuditorParameter: Hashable, Sendable {
    /// What values look like.
    package enum Form: Hashable, Sendable {
        case text(mostBytes: Int)
        case choice([String])
        /// Some of these, joined by commas.
        case choices([String])
        case number(ClosedRange<Int64>)
        /// A length of time.
        case length
    }

    package let name: String
    package let form: Form
    /// A sentence for people.
    package let meaning: String
    /// Nil for what only another answer can give.
    package let example: String?

    package init(_ name: String, _ form: Form, _ meaning: String, example: String?) {
        self.name = name
        self.form = form
        self.meaning = meaning
        self.example = example
    }

    var isNumber: Bool {
        if case .number = form { true } else { false }
    }

    /// Whether a text is such a value.
    func takes(_ text: String) -> Bool {
        switch form {
        case .text(let most): !text.isEmpty && text.utf8.count <= most
        case .choice(let words): words.contains(text)
        case .choices(let words):
            text.split(separator: ",", omittingEmptySubsequences: false)
                .allSatisfy { words.contains(String($0)) }
        case .number(let range): Self.number(text).map(range.contains) ?? false
        case .length: QuerySpans.length(of: text) != nil
        }
    }

    /// A whole number in its one spelling.
    static func number(_ text: String) -> Int64? {
        Int64(text).flatMap { "\($0)" == text ? $0 : nil }
    }

    /// What to write instead.
    var remedy: String {
        switch form {
        case .text(let most): "Write a text of 1 to \(most) bytes, or leave it out."
        case .choice(let words): "Write one of \(words.joined(separator: ", "))."
        case .choices(let words):
            "Write some of \(words.joined(separator: ", ")), joined by commas."
        case .number(let range):
            "Write a whole number from \(range.lowerBound) to \(range.upperBound)."
        case .length: "Write a number and a unit: 90s, 15m, 24h, 7d or 1w."
        }
    }
}
