// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Query

extension EvidenceOrder {
    /// The command that asks for the same of the same size of the log, with times as moments.
    ///
    /// - Parameters:
    ///   - offset: the zone as it was given; it stands in the manifest.
    ///   - disclosed: groups, joined by commas.
    package static func command(
        form: String, _ query: RecordQuery, _ unit: Unit, size: UInt64, offset: String?,
        first: UInt64?, last: UInt64?, isFullRange: Bool, disclosed: String?, purpose: String?
    ) -> String {
        var words = ["countersign log export --format \(form)"]
        if query.expression != .everything { words.append("-q \(quoted(query.text))") }
        if unit != .record { words.append("--unit \(unit.rawValue)") }
        words.append("--size \(size)")
        if let offset { words.append("--utc-offset \(offset)") }
        if let first { words.append("--first \(first)") }
        if let last { words.append("--last \(last)") }
        if isFullRange { words.append("--full-range") }
        if let disclosed { words.append("--disclose \(disclosed)") }
        if let purpose { words.append("--purpose \(quoted(purpose))") }
        return (words + ["--out NEW"]).joined(separator: " ")
    }

    /// A text as a shell takes it.
    private static func quoted(_ text: String) -> String {
        "'\(text.replacing("'", with: "'\\''"))'"
    }
}
