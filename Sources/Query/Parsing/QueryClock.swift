// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// What the times of a query are measured by: the moment it is asked, and the zone of its days.
package struct QueryClock: Hashable, Sendable {
    package let now: UTCInstant
    package let place: QueryZone

    package init(now: UTCInstant, in place: QueryZone = .utc) {
        self.now = now
        self.place = place
    }

    /// The zone as it is shown beside times.
    package var zone: String { place.name }

    private static let day: Int64 = 86_400_000_000
    private static let units: [Character: Int64] = [
        "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": day, "w": 7 * day,
    ]

    /// What a text names: `2026-11-29`, `2026-11-29T13:00:00Z`, `now`, `today`, `yesterday`, or how long ago: `2h`, `-24h`.
    ///
    /// A day is all of it, a minute or a second as well; a time of day without a zone is in that of the clock. One that
    /// clocks there show twice is all from the first time to the second.
    func span(of text: String) -> QueryMeasure.Span? {
        guard !Self.isMonths(text) else { return nil }
        let text = text.lowercased()
        switch text {
        case "now": return moment(now.microseconds)
        case "today": return today(0)
        case "yesterday": return today(-1)
        default: return ago(text) ?? date(text).flatMap(representable)
        }
    }

    /// Whether a text is a number and `M`: in other letters than `m` it may be meant as months.
    static func isMonths(_ text: String) -> Bool {
        text.last == "M"
            && (text.hasPrefix("-") ? text.dropFirst() : text[...]).dropLast()
                .allSatisfy { $0.isASCII && $0.isNumber }
    }

    /// The last day of the month that a text names with a day which that month does not have; nil for anything else.
    static func lastDay(meantBy text: String) -> String? {
        let parts = text.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10 || "Tt".contains(text.dropFirst(10).first ?? " "),
            parts.map(\.count) == [4, 2, 2], let day = QueryMeasure.whole(parts[2]),
            (29...31).contains(day)
        else { return nil }
        let days = (28..<day).reversed().map { "\(parts[0])-\(parts[1])-\($0)" }
        func exists(_ day: String) -> Bool { UTCInstant(rfc3339: day + "T00:00:00.000000Z") != nil }
        return exists(String(text.prefix(10))) ? nil : days.first(where: exists)
    }

    /// The moments that a query can name: whole days of 1970 to 9999.
    static let domain: ClosedRange<Int64> = 0...253_402_214_399_999_999

    private func representable(_ span: QueryMeasure.Span) -> QueryMeasure.Span? {
        Self.domain.contains(span.first) && Self.domain.contains(span.last) ? span : nil
    }

    private func moment(_ microseconds: Int64) -> QueryMeasure.Span {
        QueryMeasure.Span(first: microseconds, last: microseconds)
    }

    private func today(_ days: Int64) -> QueryMeasure.Span {
        let local = now.microseconds + place.ahead(at: now.microseconds)
        let rest = local % Self.day
        return wholeDay(local - (rest < 0 ? rest + Self.day : rest) + days * Self.day)
    }

    /// The day that begins at a local time; of 23 or 25 hours where clocks are changed on it.
    private func wholeDay(_ start: Int64) -> QueryMeasure.Span {
        QueryMeasure.Span(
            first: place.moment(showing: start),
            last: place.moment(showing: start + Self.day) - 1, isDay: true)
    }

    /// So long ago.
    private func ago(_ text: String) -> QueryMeasure.Span? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let unit = digits.last.flatMap({ Self.units[$0] }),
            let count = QueryMeasure.whole(digits.dropLast()), count <= 1_000_000
        else { return nil }
        return moment(max(0, now.microseconds - count * unit))
    }

    /// A day, or a moment of one.
    private func date(_ text: String) -> QueryMeasure.Span? {
        guard text.utf8.count >= 10, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let day = text.prefix(10)
        guard let start = UTCInstant(rfc3339: day + "T00:00:00.000000Z")?.microseconds else {
            return nil
        }
        guard text.count > 10 else {
            return wholeDay(start)
        }
        guard text.dropFirst(10).first == "t" else { return nil }
        let rest = text.dropFirst(11)
        guard let (clock, ahead) = zone(of: rest) else { return nil }
        return time(clock, of: String(day), ahead)
    }

    /// A time of day apart from its zone, which is so many microseconds ahead of UTC; nil for that of the clock.
    private func zone(of text: Substring) -> (Substring, Int64?)? {
        if text.hasSuffix("z") { return (text.dropLast(), 0) }
        guard text.count > 6, case let zone = text.suffix(6),
            let sign = zone.first, sign == "+" || sign == "-"
        else { return (text, nil) }
        let parts = zone.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }),
            let hours = QueryMeasure.whole(parts[0]), let minutes = QueryMeasure.whole(parts[1]),
            hours < 24, minutes < 60
        else { return nil }
        let offset = (hours * 60 + minutes) * 60_000_000
        return (text.dropLast(6), sign == "-" ? -offset : offset)
    }

    /// `13:00`, `13:00:00` or `13:00:00.5` of a day: all moments that begin so.
    private func time(
        _ text: Substring, of day: String, _ ahead: Int64?
    ) -> QueryMeasure.Span? {
        let whole: String
        let length: Int64
        switch text.count {
        case 5: (whole, length) = (text + ":00.000000", 60_000_000)
        case 8: (whole, length) = (text + ".000000", 1_000_000)
        case 10...15:
            let missing = 15 - text.count
            whole = text + String(repeating: "0", count: missing)
            length = (0..<missing).reduce(1) { length, _ in length * 10 }
        default: return nil
        }
        guard let local = UTCInstant(rfc3339: day + "T" + whole + "Z")?.microseconds else {
            return nil
        }
        if let ahead {
            return QueryMeasure.Span(first: local - ahead, last: local - ahead + length - 1)
        }
        // Clocks that are put back show it twice: a start means the first time, an end the second.
        let (first, second) = (place.moment(showing: local), place.lastMoment(showing: local))
        return QueryMeasure.Span(
            first: first, last: second + length - 1, after: first + length, before: second - 1)
    }
}
