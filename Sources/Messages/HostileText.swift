// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Makes text from elsewhere safe to display.
package enum HostileText {
    /// Replaces every character that is not plainly visible: `\n`, `\t`, `\x1b`, `\u{202e}`; and a backslash by two,
    /// so that the original can be recovered.
    package static func escaped(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F || $0 == 0x5C }) else {
            return String(text)
        }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where !isDangerous(scalar): result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x80: result += "\\x" + Hex.encode([UInt8(scalar.value)])
            default: result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return result
    }

    /// The same for the text of a JSON document; to a parser its strings stay the same.
    package static func escaped(json text: [UInt8]) -> [UInt8] {
        guard text.contains(where: { $0 >= 0x7F }) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if isDangerous(scalar), scalar != "\n" {
                for unit in String(scalar).utf16 {
                    result.append(contentsOf: "\\u".utf8)
                    result.append(
                        contentsOf: Hex.encode([UInt8(unit >> 8), UInt8(unit & 255)]).utf8)
                }
            } else {
                result.append(contentsOf: String(scalar).utf8)
            }
        }
        return result
    }

    /// Controls, formats (among them everything that turns the direction of reading), separators of lines,
    /// and what is no character at all.
    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            true
        default: false
        }
    }
}
