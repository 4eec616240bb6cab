// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Foundation
import Query
import TestSupport
import Testing

@Suite struct `Spans of time in a zone` {
    private static func moment(_ text: String) throws -> UTCInstant {
        try #require(UTCInstant(rfc3339: text))
    }

    private static let names = [
        "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu",
        "Australia/Lord_Howe", "America/Santiago", "America/Havana", "Asia/Beirut",
        "Africa/Casablanca",
    ]

    /// Foundation's calendar is the model.
    @Test(arguments: names) func `are the days and weeks of its calendar`(name: String) throws {
        let zone = try #require(QueryZone(name))
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: name))
        let first = try Self.moment("2026-01-01T00:00:00.000000Z").microseconds
        var random = SeededGenerator(seed: 9)
        for _ in 0..<2000 {
            let time = UTCInstant(
                microseconds: first + Int64.random(in: 0..<70_000_000_000, using: &random) * 1000)
            let date = Date(timeIntervalSince1970: Double(time.microseconds) / 1_000_000)
            let day = QuerySpans(of: .seconds(86_400), in: zone).start(of: time)
            let start = calendar.startOfDay(for: date)
            #expect(day.microseconds == Int64(start.timeIntervalSince1970) * 1_000_000, "\(time)")
            let week = try #require(calendar.dateInterval(of: .weekOfYear, for: date)).start
            #expect(
                QuerySpans(of: .seconds(604_800), in: zone).start(of: time).microseconds
                    == Int64(week.timeIntervalSince1970) * 1_000_000, "\(time)")
            // A start is in its own span, and no later one comes before the moment.
            for length in [7, 300, 900, 3600, 6 * 3600, 86_400, 5000] as [Int64] {
                let spans = QuerySpans(of: .seconds(length), in: zone)
                let start = spans.start(of: time)
                #expect(start <= time && spans.start(of: start) == start, "\(length) \(time)")
                guard let parts = spans.parts else { continue }
                let part = parts.components.seconds * 1_000_000
                let whole = UTCInstant(microseconds: time.microseconds / part * part)
                #expect(spans.start(of: whole) == start, "\(length) \(time)")
            }
        }
    }

    @Test func `have each hour once, on days of 23 and 25`() throws {
        let zone = try #require(QueryZone("Europe/Berlin"))
        let (hours, days) = (
            QuerySpans(of: .seconds(3600), in: zone), QuerySpans(of: .seconds(86_400), in: zone)
        )
        for (day, start, count) in [
            ("2026-03-29", "2026-03-28T23:00:00.000000Z", 23),
            ("2026-10-25", "2026-10-24T22:00:00.000000Z", 25),
            ("2026-11-30", "2026-11-29T23:00:00.000000Z", 24),
        ] {
            let first = try Self.moment(start)
            var seen: [UTCInstant: Set<UTCInstant>] = [:]
            for quarter in -8..<120 {
                let time = UTCInstant(
                    microseconds: first.microseconds + Int64(quarter) * 900_000_000)
                seen[days.start(of: time), default: []].insert(hours.start(of: time))
            }
            #expect(seen[first]?.count == count, "\(day)")
            let asked = try RecordQuery(
                "created:\(day)", at: QueryClock(now: first, in: zone)
            ).times
            #expect(asked.from == first, "\(day)")
            let end = try #require(asked.to)
            #expect(
                end.microseconds - first.microseconds + 1 == Int64(count) * 3_600_000_000,
                "\(day)")
        }
        #expect(
            zone.text(of: try Self.moment("2026-10-24T22:00:00.000000Z"))
                == "2026-10-25T00:00:00+02:00")
        #expect(
            QueryZone.utc.text(of: try Self.moment("2026-10-24T22:00:00.000000Z"))
                == "2026-10-24T22:00:00Z")
    }

    /// On a day of change, too, spans of hours are as long as they say, but for the last one of the day.
    @Test(arguments: ["Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "UTC"])
    func `of hours are none longer than they say`(name: String) throws {
        let zone = try #require(QueryZone(name))
        let days = QuerySpans(of: .seconds(86_400), in: zone)
        let first = try Self.moment("2026-01-01T00:00:00.000000Z").microseconds
        // Around the changes of all these zones, in half hours.
        for range in [62..<98, 274..<308] as [Range<Int64>] {
            let times = (range.lowerBound * 48..<range.upperBound * 48).map {
                UTCInstant(microseconds: first + $0 * 1_800_000_000)
            }
            for length in [1800, 3600, 7200, 21_600, 43_200] as [Int64] {
                let spans = QuerySpans(of: .seconds(length), in: zone)
                let found = Dictionary(grouping: times) { spans.start(of: $0) }
                #expect(
                    found.allSatisfy { start, times in
                        times.allSatisfy { days.start(of: $0) == days.start(of: start) }
                    })
                let starts = found.keys.sorted()
                for (start, next) in zip(starts, starts.dropFirst()).dropFirst().dropLast() {
                    let seconds = Int64(found[start]?.count ?? 0) * 1800
                    let isLast = days.start(of: start) != days.start(of: next)
                    #expect(seconds == length || isLast && seconds < length, "\(start)")
                }
            }
        }
    }

    @Test func `of two hours are thirteen on a day of 25, the last one of one hour`() throws {
        let zone = try #require(QueryZone("Europe/Berlin"))
        let spans = QuerySpans(of: .seconds(7200), in: zone)
        let midnight = try Self.moment("2026-10-24T22:00:00.000000Z").microseconds
        let starts = Set(
            (0..<100 as Range<Int64>).map {
                spans.start(of: UTCInstant(microseconds: midnight + $0 * 900_000_000)).microseconds
            })
        #expect(starts.sorted() == (0..<13).map { midnight + $0 * 7_200_000_000 })
        let next = UTCInstant(microseconds: midnight + 25 * 3_600_000_000)
        #expect(spans.start(of: next) == next)
    }

    @Test func `are counted from what catalogs have counted, where that fits`() throws {
        let day = Duration.seconds(86_400)
        func parts(_ length: Duration, _ zone: String) throws -> Int64? {
            QuerySpans(of: length, in: try #require(QueryZone(zone))).parts?.components.seconds
        }
        #expect(try parts(day, "UTC") == 86_400)
        #expect(try parts(day, "Europe/Berlin") == 3600)
        #expect(try parts(day, "Asia/Kolkata") == 900)
        #expect(try parts(.seconds(3600), "Asia/Kathmandu") == 900)
        #expect(try parts(.seconds(900), "Australia/Lord_Howe") == 900)
        #expect(try parts(day, "+00:07") == 60)
        #expect(try parts(.seconds(5000), "UTC") == 1)
        for name in TimeZone.knownTimeZoneIdentifiers where QueryZone(name) != nil {
            #expect(try parts(day, name) != nil, "\(name)")
        }
    }

    @Test(
        arguments: [
            (0, 60, 1), (60, 60, 1), (61, 60, 2), (3600, 60, 60), (3601, 60, 120),
            (86_400, 48, 1800),
            (31_536_000, 60, 604_800), (315_360_000, 60, 604_800), (10, 1, 10),
        ] as [(Int64, Int64, Int64)])
    func `of a usual length divide a range`(seconds: Int64, most: Int64, length: Int64) throws {
        let first = try Self.moment("2026-01-01T00:00:00.000000Z")
        let last = UTCInstant(microseconds: first.microseconds + seconds * 1_000_000)
        #expect(QuerySpans.length(dividing: first, to: last, by: most) == .seconds(length))
    }

    @Test func `are of zones that there are`() {
        for text in [
            "Nowhere/City", "", "Berlin", "2", "+2", "+24:00", "Europe/Berlin ", "../Berlin",
            "Europe/Berlin\0",
            String(repeating: "a", count: 4096),
        ] {
            #expect(QueryZone(text) == nil, "\(text)")
        }
        #expect(QueryZone("+02:00")?.name == "UTC+02:00")
        #expect(QueryZone("Z")?.name == "UTC")
        #expect(QueryZone("Europe/Berlin")?.name == "Europe/Berlin")
    }
}
