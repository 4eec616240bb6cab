// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A period as people name it: `2026`, `2026-Q4`, `2026-11`, `2026-10-01..2026-12-31`, `90d`.
package struct ReportPeriod: Hashable, Sendable {
    /// Its ends, as the query language takes them: a day at the end is included. No end is now.
    package let since: String
    package let until: String?

    /// Nil for anything else.
    package init?(_ text: String) {
        if let dots = text.firstRange(of: "..") {
            let (first, last) = (text[..<dots.lowerBound], text[dots.upperBound...])
            guard !first.isEmpty, !last.isEmpty else { return nil }
            (since, until) = (String(first), String(last))
            return
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        if let year = Self.number(parts[0], digits: 4) {
            switch parts.count {
            case 1: (since, until) = ("\(parts[0])-01-01", "\(parts[0])-12-31")
            case 2 where parts[1].hasPrefix("Q") || parts[1].hasPrefix("q"):
                guard let quarter = Self.number(parts[1].dropFirst(), digits: 1),
                    (1...4).contains(quarter)
                else { return nil }
                since = "\(parts[0])-\(Self.two(quarter * 3 - 2))-01"
                until = Self.end(of: quarter * 3, year)
            case 2:
                guard let month = Self.number(parts[1], digits: 2), (1...12).contains(month)
                else { return nil }
                (since, until) = ("\(text)-01", Self.end(of: month, year))
            case 3: (since, until) = (text, text)
            default: return nil
            }
            return
        }
        // A length of time: the query language says which there are.
        guard let last = text.last, "mhdw".contains(last), text.count > 1,
            text.dropLast().allSatisfy({ ("0"..."9").contains($0) })
        else { return nil }
        (since, until) = (text, nil)
    }

    /// What to write.
    package static let remedy =
        "write a year, a quarter, a month, two days or a length of time: 2026, 2026-Q4, 2026-11, 2026-10-01..2026-12-31, 90d"

    private static func number(_ text: Substring, digits: Int) -> Int? {
        text.count == digits && text.allSatisfy { ("0"..."9").contains($0) } ? Int(text) : nil
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func end(of month: Int, _ year: Int) -> String {
        let isLeap = year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let text = "\(year)"
        let padded = String(repeating: "0", count: 4 - text.count) + text
        return "\(padded)-\(two(month))-\(days[month - 1])"
    }
}
