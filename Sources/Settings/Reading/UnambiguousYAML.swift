// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a configuration text may consist of, beyond being UTF-8.
enum UnambiguousYAML {
    /// The text without a byte order mark (YAML 1.2 §5.2), or what is wrong with a character of it.
    ///
    /// Some readers of YAML, and some people, take U+0085, U+2028, U+2029 and a lone carriage return for the end of a
    /// line, and others do not: what looks like part of a comment could be a rule in force, or the other way round.
    static func check(
        _ text: String
    ) throws(UnambiguousYAMLFault) -> String {
        var text = text
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        var (line, column) = (1, 1)
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            if isAfterReturn, scalar != "\n" {
                throw UnambiguousYAMLFault(
                    line: line, column: column - 1, name: "a carriage return without a line feed")
            }
            isAfterReturn = scalar == "\r"
            if let name = names[scalar] {
                throw UnambiguousYAMLFault(line: line, column: column, name: name)
            }
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        guard !isAfterReturn else {
            throw UnambiguousYAMLFault(
                line: line, column: column - 1, name: "a carriage return without a line feed")
        }
        return text
    }

    private static let names: [Unicode.Scalar: String] = [
        "\u{85}": "U+0085 (next line)", "\u{2028}": "U+2028 (line separator)",
        "\u{2029}": "U+2029 (paragraph separator)",
        "\u{FEFF}": "U+FEFF (byte order mark, which stands only at the beginning)",
    ]
}

/// A character that a configuration text may not hold.
struct UnambiguousYAMLFault: Error {
    var position: TextPosition
    var message: String

    init(line: Int, column: Int, name: String) {
        position = TextPosition(line: line, column: column)
        message =
            "\(name) stands here, and readers of YAML disagree whether it ends a line; remove it"
    }
}
