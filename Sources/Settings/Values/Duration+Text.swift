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

    /// Reads `90s`, or units from the largest to the smallest, each once: `1m30s`.
    init(settingText text: String) throws(Complaint) {
        var rest = text[...]
        var sum: Int64 = 0
        var last = Int64.max
        repeat {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let number = try WholeNumber.read(digits) else {
                throw Complaint("expected a duration such as 10s or 1m30s, found `\(text)`")
            }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            guard let size = Self.units.first(where: { $0.name == unit })?.milliseconds else {
                let hint = unit.isEmpty ? "such as 10s" : "one of ms, s, m, h, d"
                throw Complaint("a duration needs a unit, \(hint); found `\(text)`")
            }
            guard size < last else {
                throw Complaint(
                    "the units of a duration stand from the largest to the smallest, each once; found `\(text)`"
                )
            }
            last = size
            rest = rest.dropFirst(unit.count)
            let (part, overflows) = Int64(number).multipliedReportingOverflow(by: size)
            let (next, overflowsToo) = sum.addingReportingOverflow(part)
            guard !overflows, !overflowsToo else {
                throw Complaint("`\(text)` is longer than can be counted")
            }
            sum = next
        } while !rest.isEmpty
        self = .milliseconds(sum)
    }
}

extension Form where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Form {
        let parts = ["d", "h", "m", "s", "ms"].map { "(\(WholeNumber.pattern)\($0))?" }.joined()
        let (least, most) = (range.lowerBound.settingText, range.upperBound.settingText)
        return .scalar(
            "a duration from \(least) to \(most)", schema: pattern("(?=[0-9])" + parts),
            write: { .string($0.settingText) }
        ) { text throws(Complaint) in
            let duration = try Duration(settingText: text)
            guard range.contains(duration) else {
                throw Complaint("expected \(least) to \(most), found `\(text)`")
            }
            return duration
        }
    }
}
