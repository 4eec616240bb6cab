// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading
package import Query

extension EvidenceOrder {
    /// The command that asks for the same of the same size of the log, with times as moments. It names files of the pack
    /// itself as they are called there.
    ///
    /// - Parameters:
    ///   - size: nil where the log does not keep its checkpoint, so that only the pack has it.
    ///   - isContinued: whether the pack proves that the log continues an older checkpoint.
    ///   - offset: the zone as it was given; it stands in the manifest.
    ///   - disclosed: groups, joined by commas.
    package static func command(
        form: String, _ query: RecordQuery, _ unit: Unit, size: UInt64?, isContinued: Bool,
        offset: String?, first: UInt64?, last: UInt64?, isFullRange: Bool, disclosed: String?,
        purpose: String?
    ) -> String {
        var words = ["countersign log export --format \(form)"]
        if query.expression != .everything { words.append("-q \(quoted(query.text))") }
        if unit != .record { words.append("--unit \(unit.rawValue)") }
        words.append(size.map { "--size \($0)" } ?? "--checkpoint checkpoint")
        if isContinued { words.append("--remembered consistency.txt") }
        if let offset { words.append("--utc-offset \(offset)") }
        if let first { words.append("--first \(first)") }
        if let last { words.append("--last \(last)") }
        if isFullRange { words.append("--full-range") }
        if let disclosed { words.append("--disclose \(disclosed)") }
        if let purpose { words.append("--purpose \(quoted(purpose))") }
        return (words + ["--out NEW"]).joined(separator: " ")
    }

    /// A text as a shell takes it. One that a terminal would not show as it is stands in the other form of quotes, byte
    /// for byte, so that it can be read, copied and pasted, and is the same again.
    private static func quoted(_ text: String) -> String {
        guard text.displayable != text else {
            return "'\(text.replacing("'", with: "'\\''"))'"
        }
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\\"):
                escaped += "\\\(Character(UnicodeScalar(byte)))"
            case 0x20..<0x7F: escaped.append(Character(UnicodeScalar(byte)))
            // Three octal digits end by themselves, whatever follows.
            default: escaped += "\\\(byte >> 6)\(byte >> 3 & 7)\(byte & 7)"
            }
        }
        return "$'\(escaped)'"
    }
}
