// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension Duration {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Whole milliseconds, rounded down.
    package var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// The duration in the largest unit that divides it, `0s` for none; made of whole milliseconds.
    package var settingText: String {
        let whole = wholeMilliseconds
        for (unit, size) in Self.units where whole > 0 && whole.isMultiple(of: size) {
            return "\(whole / size)\(unit)"
        }
        return "0s"
    }

    init(settingText text: String) throws(Complaint) {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }.count
        guard digits > 0, let number = Int64(text.prefix(digits)) else {
            throw Complaint("expected a duration such as 10s, found `\(text)`")
        }
        let unit = String(text.dropFirst(digits))
        guard let size = Self.units.first(where: { $0.name == unit })?.milliseconds else {
            let hint = unit.isEmpty ? "such as 10s" : "one of ms, s, m, h, d"
            throw Complaint("a duration needs a unit, \(hint); found `\(text)`")
        }
        let (milliseconds, overflows) = number.multipliedReportingOverflow(by: size)
        guard !overflows else { throw Complaint("`\(text)` is longer than can be counted") }
        self = .milliseconds(milliseconds)
    }
}

extension Form where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Form {
        .scalar("a duration such as 10s", write: { .string($0.settingText) }) {
            text throws(Complaint) in
            let duration = try Duration(settingText: text)
            guard range.contains(duration) else {
                let (least, most) = (range.lowerBound.settingText, range.upperBound.settingText)
                throw Complaint("expected \(least) to \(most), found `\(text)`")
            }
            return duration
        }
    }
}
