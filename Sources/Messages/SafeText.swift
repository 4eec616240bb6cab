// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Text that may be shown on a terminal: what is interpolated is escaped, only literals are trusted.
///
/// Strings from records, tokens and files are hostile: they may move the cursor, set a title or reverse the reading
/// direction. A string only gets to the screen through this type.
package struct SafeText: ExpressibleByStringInterpolation, Equatable, Sendable {
    package struct Run: Equatable, Sendable {
        package var tone: Tone
        package var text: String

        package init(tone: Tone, text: String) {
            self.tone = tone
            self.text = text
        }
    }

    package private(set) var runs: [Run]

    package init(stringLiteral value: String) { runs = [Run(tone: .plain, text: value)] }

    package init(stringInterpolation: StringInterpolation) { runs = stringInterpolation.runs }

    /// Text in a tone.
    package init(_ text: SafeText, _ tone: Tone) { self = text.toned(tone) }

    /// Pieces that are safe already.
    package init(runs: [Run]) { self.runs = runs }

    /// The same text in a tone, where it has none yet.
    package func toned(_ tone: Tone) -> SafeText {
        var copy = self
        for at in copy.runs.indices where copy.runs[at].tone == .plain { copy.runs[at].tone = tone }
        return copy
    }

    /// Without tones.
    package var plain: String { runs.map(\.text).joined() }

    package var isEmpty: Bool { runs.allSatisfy(\.text.isEmpty) }

    package static func + (one: SafeText, other: SafeText) -> SafeText {
        var sum = one
        sum.runs += other.runs
        return sum
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var runs: [Run] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            runs.reserveCapacity(2 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            runs.append(Run(tone: .plain, text: literal))
        }

        /// Text from elsewhere, escaped.
        package mutating func appendInterpolation(_ text: some StringProtocol) {
            runs.append(Run(tone: .plain, text: HostileText.escaped(text)))
        }

        package mutating func appendInterpolation(_ number: some BinaryInteger) {
            runs.append(Run(tone: .plain, text: String(number)))
        }

        package mutating func appendInterpolation(_ text: SafeText) { runs += text.runs }

        /// Whatever describes itself, escaped.
        package mutating func appendInterpolation(describing value: some Any) {
            appendInterpolation(String(describing: value))
        }
    }
}

extension Sequence<SafeText> {
    /// All texts, with another one between each two.
    package func joined(separator: SafeText) -> SafeText {
        var result: SafeText = ""
        for (position, text) in enumerated() {
            result = position == 0 ? text : result + separator + text
        }
        return result
    }
}
