// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// CSV as of RFC 4180, which spreadsheets open without taking anything in it for a formula.
package enum CommaSeparated {
    /// The byte order mark, by which spreadsheets know UTF-8.
    package static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// One line with its end.
    package static func line(_ cells: [String]) -> [UInt8] {
        Array((cells.map { cell($0) }.joined(separator: ",") + "\r\n").utf8)
    }

    /// A text that comes from elsewhere as a cell: escaped like everything that is shown, and with an apostrophe where a
    /// spreadsheet would calculate.
    private static func cell(_ text: String) -> String {
        var shown = HostileText.escaped(text)
        if let first = shown.unicodeScalars.first, formulas.contains(first) { shown = "'" + shown }
        guard shown.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C }) else { return shown }
        return "\"" + shown.replacing("\"", with: "\"\"") + "\""
    }

    /// What formulas begin with, also in the wide forms of East Asia.
    private static let formulas: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
}
