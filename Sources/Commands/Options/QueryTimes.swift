// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Query

/// Which times somebody asks for, and in which zone.
struct QueryTimes: ParsableArguments {
    @Option(
        name: [.long, .customLong("from")],
        help: "Only from here on: 90m, yesterday, 2026-11-29, or 2026-11-29T13:00:00Z.")
    var since: String?

    @Option(
        name: [.long, .customLong("to")],
        help: "Only before this moment; a day is included.")
    var until: String?

    @Option(
        name: [.customLong("zone"), .long],
        help: "The zone of days and of times without one: Europe/Berlin, or +02:00.")
    var utcOffset: String?

    /// What the times of a query are measured by.
    func clock() throws(CommandFailure) -> QueryClock { try Self.clock(in: utcOffset) }

    /// - Parameter zone: a name, or how far it is ahead of UTC; nil for UTC.
    static func clock(in zone: String?) throws(CommandFailure) -> QueryClock {
        QueryClock(now: CommandContext.current.now(), in: try place(zone))
    }

    /// The query that a text is, together with these times.
    func query(_ text: String) throws(CommandFailure) -> RecordQuery {
        let clock = try clock()
        var parts = [try RecordQuery(words: text, at: clock)]
        if let since { parts.append(try RecordQuery(option: "since", since, at: clock)) }
        if let until { parts.append(try RecordQuery(option: "until", until, at: clock)) }
        let query = RecordQuery(all: parts)
        if let from = query.times.from, let to = query.times.to, to < from {
            // The end is not included.
            guard to.microseconds + 1 < from.microseconds else {
                throw CommandFailure(
                    .usage,
                    "no time is between the two: both are \(from.rfc3339); name a later end.")
            }
            throw CommandFailure(
                .usage,
                "the times end before they begin: from \(from.rfc3339) to \(to.rfc3339); exchange them."
            )
        }
        return query
    }

    /// The times of a query, for people; nil where it names none.
    func shown(_ query: RecordQuery) throws(CommandFailure) -> SafeText? {
        query.shownTimes(in: try clock().zone)
    }

    /// The zone that days are of.
    func place() throws(CommandFailure) -> QueryZone { try Self.place(utcOffset) }

    private static func place(_ utcOffset: String?) throws(CommandFailure) -> QueryZone {
        guard let utcOffset else { return .utc }
        guard let zone = QueryZone(utcOffset) else {
            throw CommandFailure(.usage, "--zone is `\(utcOffset)`; \(QueryZone.remedy).")
        }
        return zone
    }
}

extension RecordQuery {
    /// Its times, for people; nil where it names none.
    func shownTimes(in zone: String) -> SafeText? {
        let ends: [SafeText] = [
            times.from.map { "from \($0.rfc3339)" }, times.to.map { "to \($0.rfc3339)" },
        ].compactMap(\.self)
        guard !ends.isEmpty else { return nil }
        return "accepted " + ends.joined(separator: " ") + "; days are of \(zone)"
    }

    /// The query that somebody wrote; a mistake is shown with its place.
    init(words text: String, at clock: QueryClock) throws(CommandFailure) {
        do throws(QueryFault) {
            try self.init(text, at: clock)
        } catch {
            let bytes = Array(text.utf8)[error.range]
            let place = String(decoding: bytes.prefix(40), as: UTF8.self)
            throw CommandFailure(
                .usage,
                "the query is wrong at `\(place)`, byte \(error.range.lowerBound): \(error.message).",
                details: [
                    JSONMember("from", .integer(Int64(error.range.lowerBound))),
                    JSONMember("to", .integer(Int64(error.range.upperBound))),
                ])
        }
    }

    /// The term that an option stands for.
    ///
    /// - Parameter form: how the quoted value becomes a query; as the value of the field that the option is named after
    ///   where it is nil.
    init(
        option name: String, _ value: String, at clock: QueryClock,
        _ form: ((String) -> String)? = nil
    ) throws(CommandFailure) {
        let quoted = QueryText.quoted(value)
        do throws(QueryFault) {
            try self.init(form?(quoted) ?? "\(name):\(quoted)", at: clock)
        } catch {
            throw CommandFailure(.usage, "--\(name) is `\(value)`: \(error.message).")
        }
    }
}
