// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
// Its time zones bring their own tables, so that they are the same on every host.
internal import Foundation

extension QueryZone {
    /// The zone that a text names: `UTC`, `+02:00`, or a name of the tz database such as `Europe/Berlin`.
    package init?(_ text: String) {
        if text == "UTC" || text == "Z" {
            self = .utc
        } else if let minutes = Self.minutesAhead(text) {
            self.init(minutesAhead: minutes)
        } else {
            guard let zone = TimeZone(identifier: text), zone.identifier == text,
                text.utf8.count <= Self.longestName
            else { return nil }
            self.init(
                name: text, ahead: Self.ahead(of: zone, at: Self.start),
                changes: Self.changes(of: zone))
        }
    }

    /// What people can write.
    package static let remedy =
        "write UTC, how far it is ahead, such as +02:00 or -03:30, or a name such as Europe/Berlin"

    private static let longestName = 64

    private static let start = Date(timeIntervalSince1970: 0)

    private static func ahead(of zone: TimeZone, at date: Date) -> Int64 {
        Int64(zone.secondsFromGMT(for: date)) * 1_000_000
    }

    /// From 1970 to 2099: nobody knows the rules of later years.
    private static func changes(of zone: TimeZone) -> [Change] {
        var date = start
        var changes: [Change] = []
        while let next = zone.nextDaylightSavingTimeTransition(after: date),
            next > date, next.timeIntervalSince1970 < 4_102_444_800
        {
            changes.append(
                Change(
                    start: Int64(next.timeIntervalSince1970) * 1_000_000,
                    ahead: ahead(of: zone, at: next)))
            date = next
        }
        return changes
    }
}
