// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// The zone of days and times of day: how far local time is ahead of UTC, from when on.
package struct QueryZone: Hashable, Sendable {
    /// How far local time is ahead from a moment on, both in microseconds.
    struct Change: Hashable, Sendable {
        let start: Int64
        let ahead: Int64
    }

    /// As it is shown: `UTC`, `UTC+02:00`, `Europe/Berlin`.
    package let name: String
    /// In order; the first is from the beginning of time.
    private let changes: [Change]

    package static let utc = QueryZone(minutesAhead: 0)

    /// - Parameter minutesAhead: within a day either way.
    package init(minutesAhead: Int) {
        let minutes = min(max(minutesAhead, -1439), 1439)
        name = Self.name(minutes)
        changes = [Change(start: .min, ahead: Int64(minutes) * 60_000_000)]
    }

    /// - Parameters:
    ///   - ahead: before the first change.
    ///   - changes: in order.
    init(name: String, ahead: Int64, changes: [Change]) {
        self.name = name
        self.changes = [Change(start: .min, ahead: ahead)] + changes
    }

    private static func name(_ minutesAhead: Int) -> String {
        guard minutesAhead != 0 else { return "UTC" }
        let minutes = abs(minutesAhead)
        let text = [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "UTC" + (minutesAhead < 0 ? "-" : "+") + text.joined(separator: ":")
    }

    /// How far a zone written as `+02:00` is ahead of UTC, in minutes; nil for any other text.
    static func minutesAhead(_ zone: String) -> Int? {
        let digits = zone.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        let numbers = digits.compactMap { $0.utf8.count == 2 ? UInt8($0) : nil }
        guard let sign = zone.first, sign == "+" || sign == "-", digits.count == 2,
            numbers.count == 2, numbers[0] < 24, numbers[1] < 60
        else { return nil }
        return (sign == "-" ? -1 : 1) * (Int(numbers[0]) * 60 + Int(numbers[1]))
    }

    /// How far local time is ahead at a moment, in microseconds.
    func ahead(at time: Int64) -> Int64 {
        changes.last { $0.start <= time }?.ahead ?? 0
    }

    /// The first moment at which clocks there show a time, or a later one where they never show it.
    ///
    /// - Parameter local: microseconds of local time since 1970.
    func moment(showing local: Int64) -> Int64 {
        for (place, change) in changes.enumerated() {
            let end = changes.indices.contains(place + 1) ? changes[place + 1].start : .max
            let moment = max(local - change.ahead, change.start)
            if moment < end { return moment }
        }
        return local
    }

    /// The last moment at which clocks there show a time, where they show it twice; otherwise ``moment(showing:)``.
    func lastMoment(showing local: Int64) -> Int64 {
        for (place, change) in changes.enumerated().reversed() {
            let end = changes.indices.contains(place + 1) ? changes[place + 1].start : .max
            let moment = local - change.ahead
            if moment >= change.start, moment < end { return moment }
        }
        return moment(showing: local)
    }

    /// Whether local time was ahead by whole multiples of this at all times since logs are written, in microseconds.
    func isAheadBy(multiplesOf length: Int64) -> Bool {
        let first = changes.lastIndex { $0.start <= Self.firstRecords } ?? 0
        return changes[first...].allSatisfy {
            $0.ahead % length == 0 && ($0.start <= Self.firstRecords || $0.start % length == 0)
        }
    }

    /// 2026-01-01, before which no record was written.
    private static let firstRecords: Int64 = 1_767_225_600_000_000

    /// A moment as clocks there show it: `2026-10-25T00:00:00+02:00`.
    package func text(of moment: UTCInstant) -> String {
        let ahead = ahead(at: moment.microseconds)
        let shown = UTCInstant(microseconds: moment.microseconds + ahead).rfc3339.prefix(19)
        let offset = Self.name(Int(ahead / 60_000_000)).dropFirst(3)
        return String(shown + (offset.isEmpty ? "Z" : offset))
    }
}
