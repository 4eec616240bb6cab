// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Numbers of ordered fields as people write them, and back.
enum QueryMeasure {
    /// All numbers that a text names: a status class, a day, or just one.
    struct Span: Hashable {
        let first: Int64
        let last: Int64
        /// Whether the text names a day.
        let isDay: Bool
        /// The first number that is greater than what the text names, or than its first occurrence where it has two.
        let after: Int64
        /// The last number that is less, or less than its second occurrence.
        let before: Int64

        init(
            first: Int64, last: Int64, isDay: Bool = false, after: Int64? = nil,
            before: Int64? = nil
        ) {
            self.first = first
            self.last = last
            self.isDay = isDay
            self.after = after ?? last + 1
            self.before = before ?? first - 1
        }
    }

    private static let sizes: [(unit: String, bytes: Int64)] = [
        ("gib", 1 << 30), ("gb", 1_000_000_000), ("mib", 1 << 20), ("mb", 1_000_000),
        ("kib", 1 << 10), ("kb", 1000), ("b", 1),
    ]
    private static let durations: [(unit: String, microseconds: Int64)] = [
        ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000), ("us", 1),
    ]

    /// The text of a number of a field of this form.
    static func text(of number: Int64, _ form: QueryFieldRow.Form) -> String {
        switch form {
        case .size: text(of: number, in: sizes.map { ($0.unit, $0.bytes) })
        case .duration: text(of: number, in: durations.map { ($0.unit, $0.microseconds) })
        case .moment: UTCInstant(microseconds: number).rfc3339
        case .number, .status, .name, .exact, .choice, .address: "\(number)"
        }
    }

    /// In the largest unit of which it is a whole number, but for zero.
    private static func text(of number: Int64, in units: [(String, Int64)]) -> String {
        guard number != 0, let (unit, size) = units.first(where: { number % $0.1 == 0 }) else {
            return "\(number)" + (units.last?.0 ?? "")
        }
        return "\(number / size)" + unit
    }

    /// What a text names; nil if it is none of this form.
    static func span(
        of text: String, _ form: QueryFieldRow.Form, _ clock: QueryClock
    ) -> Span? {
        switch form {
        case .number(let range): whole(text).flatMap { one($0, in: range) }
        case .status: status(text)
        case .size: measure(text, sizes.map { ($0.unit, $0.bytes) }, unitless: 1)
        case .duration:
            measure(text, durations.map { ($0.unit, $0.microseconds) }, unitless: nil)
        case .moment: clock.span(of: text)
        case .name, .exact, .choice, .address: nil
        }
    }

    /// Largest integer of a record.
    static let largest: Int64 = (1 << 53) - 1

    private static func one(_ number: Int64, in range: ClosedRange<Int64>) -> Span? {
        range.contains(number) ? Span(first: number, last: number) : nil
    }

    /// A whole number in decimal digits.
    static func whole(_ text: some StringProtocol) -> Int64? {
        guard (1...16).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int64(text)
    }

    private static func status(_ text: String) -> Span? {
        let bytes = Array(text.lowercased().utf8)
        if bytes.count == 3, (0x31...0x39).contains(bytes[0]), bytes[1] == 0x78, bytes[2] == 0x78 {
            let first = Int64(bytes[0] - 0x30) * 100
            return Span(first: first, last: first + 99)
        }
        return whole(text).flatMap { one($0, in: 100...999) }
    }

    /// A number with its unit; without one, in `unitless`.
    private static func measure(
        _ text: String, _ units: [(String, Int64)], unitless: Int64?
    ) -> Span? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let written = text.dropFirst(digits.count)
        // Minutes are `m`; `M` may be meant as something larger.
        let unit = written == "M" ? "M" : written.lowercased()
        let size = unit.isEmpty ? unitless : units.first { $0.0 == unit }?.1
        guard let count = whole(digits), let size else { return nil }
        let (number, hasOverflown) = count.multipliedReportingOverflow(by: size)
        guard !hasOverflown else { return nil }
        return one(number, in: 0...largest)
    }
}

extension QueryFieldRow.Form {
    /// Whether numbers have units.
    var hasUnits: Bool {
        switch self {
        case .size, .duration: true
        case .number, .status, .moment, .name, .exact, .choice, .address: false
        }
    }

    /// The numbers that values may be.
    var domain: ClosedRange<Int64> {
        switch self {
        case .number(let range): range
        case .status: 100...999
        case .moment: QueryClock.domain
        case .size, .duration, .name, .exact, .choice, .address: 0...QueryMeasure.largest
        }
    }
}
