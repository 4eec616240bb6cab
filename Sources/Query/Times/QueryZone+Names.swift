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
            // Nothing but a name is looked up, so that none leads to a file.
            guard text.utf8.count <= Self.longestName, text.utf8.allSatisfy(Self.isOfNames),
                let zone = TimeZone(identifier: text), zone.identifier == text
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

    /// Letters, digits and `+-/_`.
    private static func isOfNames(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2F, 0x5F: true
        default: false
        }
    }

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
