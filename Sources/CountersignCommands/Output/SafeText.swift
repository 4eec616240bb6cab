// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Text that may be shown on a terminal: what is interpolated is escaped, only literals are trusted.
///
/// Strings of records, tokens and files are hostile: they may hold what moves the cursor, sets a title or turns
/// the direction of reading. There is no other way from a string to the screen than through this type.
struct SafeText: ExpressibleByStringInterpolation, Equatable, Sendable {
    struct Run: Equatable, Sendable {
        var tone: Tone
        var text: String
    }

    private(set) var runs: [Run]

    init(stringLiteral value: String) { runs = [Run(tone: .plain, text: value)] }

    init(stringInterpolation: StringInterpolation) { runs = stringInterpolation.runs }

    /// Text in a tone.
    init(_ text: SafeText, _ tone: Tone) { self = text.toned(tone) }

    /// Pieces that were made safe before.
    init(runs: [Run]) { self.runs = runs }

    /// The same text in a tone, where it has none yet.
    func toned(_ tone: Tone) -> SafeText {
        var copy = self
        for at in copy.runs.indices where copy.runs[at].tone == .plain { copy.runs[at].tone = tone }
        return copy
    }

    /// Without tones.
    var plain: String { runs.map(\.text).joined() }

    var isEmpty: Bool { runs.allSatisfy(\.text.isEmpty) }

    static func + (one: SafeText, other: SafeText) -> SafeText {
        var sum = one
        sum.runs += other.runs
        return sum
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var runs: [Run] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            runs.reserveCapacity(2 * interpolationCount + 1)
        }

        mutating func appendLiteral(_ literal: String) {
            runs.append(Run(tone: .plain, text: literal))
        }

        /// Text from elsewhere, escaped.
        mutating func appendInterpolation(_ text: some StringProtocol) {
            runs.append(Run(tone: .plain, text: HostileText.escaped(text)))
        }

        mutating func appendInterpolation(_ number: some BinaryInteger) {
            runs.append(Run(tone: .plain, text: String(number)))
        }

        mutating func appendInterpolation(_ text: SafeText) { runs += text.runs }

        /// Whatever describes itself, escaped.
        mutating func appendInterpolation(describing value: some Any) {
            appendInterpolation(String(describing: value))
        }
    }
}

extension Sequence<SafeText> {
    /// All texts with another between each two.
    func joined(separator: SafeText) -> SafeText {
        var result: SafeText = ""
        for (position, text) in enumerated() {
            result = position == 0 ? text : result + separator + text
        }
        return result
    }
}
