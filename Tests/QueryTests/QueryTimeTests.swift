// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Query
import Testing

@Suite("Times in queries")
struct QueryTimeTests {
    /// The two moments of a query, to the second where they are whole ones.
    private func times(_ text: String, minutesAhead: Int = 0) throws -> [String?] {
        let clock = QueryClock(
            now: QueryFixture.clock.now, in: QueryZone(minutesAhead: minutesAhead))
        let times = try RecordQuery(text, at: clock).times
        return [times.from?.rfc3339, times.to?.rfc3339]
    }

    private let morning = "2026-11-30T00:00:00.000000Z"
    private let evening = "2026-11-30T23:59:59.999999Z"

    @Test("The day that a range ends with belongs to it")
    func days() throws {
        #expect(try times("created:2026-11-30") == [morning, evening])
        #expect(try times("created:2026-11-30..2026-11-30") == [morning, evening])
        #expect(try times("created:<=2026-11-30") == [nil, evening])
        #expect(try times("until:2026-11-30") == [nil, evening])
        #expect(try times("created:<2026-11-30") == [nil, "2026-11-29T23:59:59.999999Z"])
        #expect(try times("created:>2026-11-29") == [morning, nil])
        #expect(try times("created:>=2026-11-30") == [morning, nil])
        #expect(try times("since:2026-11-30") == [morning, nil])
        #expect(try times("created:today") == [morning, evening])
        #expect(try times("until:today since:today") == [morning, evening])
    }

    @Test("Days are those of the zone that is stated")
    func zones() throws {
        let first = "2026-11-29T22:00:00.000000Z"
        let last = "2026-11-30T21:59:59.999999Z"
        #expect(try times("created:2026-11-30", minutesAhead: 120) == [first, last])
        #expect(try times("created:today", minutesAhead: 120) == [first, last])
        #expect(
            try times("created:today", minutesAhead: -13 * 60)
                == ["2026-11-29T13:00:00.000000Z", "2026-11-30T12:59:59.999999Z"])
        #expect(
            try times("since:2026-11-30T10:00", minutesAhead: 120)
                == ["2026-11-30T08:00:00.000000Z", nil])
        #expect(
            try times("since:2026-11-30T10:00:00-02:30", minutesAhead: 120)
                == ["2026-11-30T12:30:00.000000Z", nil])
        #expect(QueryClock(now: QueryFixture.clock.now).zone == "UTC")
        #expect(QueryZone(minutesAhead: -90).name == "UTC-01:30")
        #expect(QueryZone(minutesAhead: 330).name == "UTC+05:30")
    }

    @Test("A minute, a second and a fraction are as long as they are written")
    func moments() throws {
        let from = "2026-11-30T10:00:00.000000Z"
        #expect(try times("created:2026-11-30T10:00Z") == [from, "2026-11-30T10:00:59.999999Z"])
        #expect(
            try times("created:2026-11-30T10:00:00Z") == [from, "2026-11-30T10:00:00.999999Z"])
        #expect(
            try times("created:2026-11-30T10:00:00.0Z") == [from, "2026-11-30T10:00:00.099999Z"])
        #expect(try times("created:2026-11-30t10:00:00.000000z") == [from, from])
    }

    @Test("Windows that follow one another by since and until have no moment in common")
    func windows() throws {
        let until = try times("until:2026-11-30T10:00:00Z")[1]
        let since = try times("since:2026-11-30T10:00:00Z")[0]
        #expect(until == "2026-11-30T09:59:59.999999Z")
        #expect(since == "2026-11-30T10:00:00.000000Z")
    }

    @Test("Times before now are measured by the clock that is handed in")
    func relative() throws {
        for (text, from) in [
            ("since:90m", "2026-11-30T10:30:00.000000Z"),
            ("since:-24h", "2026-11-29T12:00:00.000000Z"),
            ("since:7d", "2026-11-23T12:00:00.000000Z"),
            ("since:2w", "2026-11-16T12:00:00.000000Z"),
            ("since:now", "2026-11-30T12:00:00.000000Z"),
            ("since:30s", "2026-11-30T11:59:30.000000Z"),
            ("since:yesterday", "2026-11-29T00:00:00.000000Z"),
            ("since:1000000w", "1970-01-01T00:00:00.000000Z"),
        ] { #expect(try times(text) == [from, nil], "\(text)") }
        #expect(
            try times("created:-24h..-1h")
                == ["2026-11-29T12:00:00.000000Z", "2026-11-30T11:00:00.000000Z"])
    }

    @Test(
        "A time that clocks show twice is all from the first time to the second",
        arguments: [
            ("until:2026-10-25T02:45", nil, "2026-10-25T01:44:59.999999Z"),
            ("since:2026-10-25T02:45", "2026-10-25T00:45:00.000000Z", nil),
            (
                "created:2026-10-25T02:45", "2026-10-25T00:45:00.000000Z",
                "2026-10-25T01:45:59.999999Z"
            ),
            (
                "created:2026-10-25T02:15..2026-10-25T02:30:00", "2026-10-25T00:15:00.000000Z",
                "2026-10-25T01:30:00.999999Z"
            ),
            ("created:<2026-10-25T02:45", nil, "2026-10-25T01:44:59.999999Z"),
            ("created:<=2026-10-25T02:45", nil, "2026-10-25T01:45:59.999999Z"),
            ("created:>2026-10-25T02:45", "2026-10-25T00:46:00.000000Z", nil),
            ("created:>=2026-10-25T02:45", "2026-10-25T00:45:00.000000Z", nil),
            // With a zone it is one moment; before and after that hour there is only one.
            ("until:2026-10-25T02:45+02:00", nil, "2026-10-25T00:44:59.999999Z"),
            ("until:2026-10-25T03:00", nil, "2026-10-25T01:59:59.999999Z"),
            ("until:2026-10-25T02:00", nil, "2026-10-25T00:59:59.999999Z"),
            ("until:2026-10-25T01:59", nil, "2026-10-24T23:58:59.999999Z"),
            // No clock shows it: the moment at which clocks are put forward.
            ("until:2026-03-29T02:30", nil, "2026-03-29T00:59:59.999999Z"),
            ("since:2026-03-29T02:30", "2026-03-29T01:00:00.000000Z", nil),
        ] as [(String, String?, String?)])
    func twice(_ text: String, _ from: String?, _ to: String?) throws {
        let zone = try #require(QueryZone("Europe/Berlin"))
        let query = try RecordQuery(text, at: QueryClock(now: QueryFixture.clock.now, in: zone))
        #expect(query.times.from?.rfc3339 == from)
        #expect(query.times.to?.rfc3339 == to)
    }

    @Test("Only what has to hold narrows the times of a query")
    func times() throws {
        #expect(
            try times("since:2026-11-01 status:404 until:2026-11-30")
                == ["2026-11-01T00:00:00.000000Z", evening])
        #expect(try times("since:2026-11-01 OR status:404") == [nil, nil])
        #expect(try times("-since:2026-11-01") == [nil, nil])
        #expect(try times("") == [nil, nil])
        // Nothing was accepted at two times; further in, that is a question like any other.
        #expect(try times("-(since:2026-11-30 until:2026-11-01)") == [nil, nil])
    }
}
