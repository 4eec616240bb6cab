// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Spans of time that are counted apart: quarters and hours from each midnight of a zone, days or weeks of its calendar.
///
/// Each moment is of one span, also where clocks are put forward or back: a day may have 23 or 25 hours. None of quarters
/// or hours is longer than it says; where the day's length is no multiple of it, the last of the day is shorter.
package struct QuerySpans: Hashable, Sendable {
    private static let day: Int64 = 86_400_000_000
    private static let hour: Int64 = 3_600_000_000
    private static let quarter: Int64 = 900_000_000
    private static let minute: Int64 = 60_000_000
    private static let second: Int64 = 1_000_000

    /// In microseconds.
    private let length: Int64
    private let zone: QueryZone

    /// - Parameter length: at least a second; of UTC where it neither divides a day nor is whole days.
    package init(of length: Duration, in zone: QueryZone) {
        self.length = max(length.components.seconds, 1) * 1_000_000
        self.zone = zone
    }

    /// A length of time as people write it: `90s`, `15m`, `24h`, `7d`, `1w`; at most a million of a unit.
    package static func length(of text: String) -> Duration? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), case let digits = text.dropLast(),
            !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(digits), (1...1_000_000).contains(count)
        else { return nil }
        return .seconds(count * unit)
    }

    /// The shortest of the usual lengths of which a range has no more than so many.
    ///
    /// - Returns: a week at most, of which a long range has more.
    package static func length(dividing first: UTCInstant, to last: UTCInstant, by most: Int64)
        -> Duration
    {
        let seconds = max(0, last.microseconds - first.microseconds) / second
        let usual: [Int64] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
            86_400,
        ]
        return .seconds(usual.first { seconds <= $0 * max(most, 1) } ?? 604_800)
    }

    /// How many spans there are at most between two moments.
    package func count(from first: UTCInstant, to last: UTCInstant) -> Int64 {
        max(0, last.microseconds - first.microseconds) / length + 2
    }

    /// When the span of a moment begins.
    package func start(of time: UTCInstant) -> UTCInstant {
        UTCInstant(microseconds: start(of: time.microseconds))
    }

    private func start(of time: Int64) -> Int64 {
        if length % Self.day == 0 { return day(of: time, length / Self.day) }
        guard !isOfUTC else { return Self.floor(time, length) }
        let midnight = day(of: time, 1)
        return midnight + Self.floor(time - midnight, length)
    }

    /// When the span of so many days begins that a moment is of.
    private func day(of time: Int64, _ days: Int64) -> Int64 {
        let local = time + zone.ahead(at: time)
        // Weeks begin on Mondays; 1970 began on a Thursday.
        let offset: Int64 = days % 7 == 0 ? 3 : 0
        let number = Self.floor(local, Self.day) / Self.day + offset
        return zone.moment(showing: (Self.floor(number, days) - offset) * Self.day)
    }

    /// The largest multiple that is not greater.
    private static func floor(_ number: Int64, _ length: Int64) -> Int64 {
        let rest = number % length
        return number - (rest < 0 ? rest + length : rest)
    }

    /// Whether no day begins with one of these.
    private var isOfUTC: Bool { length % Self.day != 0 && Self.day % length != 0 }

    /// The longest of the times that catalogs count apart of which each span has only whole ones; nil if there is none.
    package var parts: Duration? {
        let known = [Self.day, Self.hour, Self.quarter, Self.minute, Self.second].first {
            length % $0 == 0 && (isOfUTC || zone.isAheadBy(multiplesOf: $0))
        }
        return known.map { .microseconds($0) }
    }
}
