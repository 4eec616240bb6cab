// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
package import ByteCoding
package import Catalog
import Console
package import Disclosures
package import Query
import Search

/// What somebody asks for, as every operation that searches reads it: a query, times, and what is to be opened.
package struct AskedQuery: Sendable {
    /// As it is asked: its text and hash are the same for everybody.
    package let query: RecordQuery
    /// What is looked for, without what is left out.
    package let sought: RecordQuery
    /// What has to hold besides, as the reader may not see the rest; everything where they may.
    package let besides: RecordQuery
    /// What does not come though it was not spoken of, or the reader has no right to see it.
    package let leftOut: [String]
    package let clock: QueryClock
    /// Groups whose values are to be shown.
    package let disclosed: Set<CommitGroup>
    package let purpose: String?

    /// The parameters that say what is asked for.
    package static let parameters = [
        AuditorParameter(
            "q", .text(mostBytes: QueryLimits.standard.bytes),
            "What is asked for, in the query language; everything where it is left out.",
            example: "is:denied service:billing-api"),
        AuditorParameter(
            "since", .text(mostBytes: 64), "Only accesses accepted from here on.",
            example: "30d"),
        AuditorParameter(
            "until", .text(mostBytes: 64),
            "Only accesses accepted before this moment; a day is included.",
            example: "now"),
        AuditorParameter(
            "from", .text(mostBytes: 64), "The same as since.", example: "90d"),
        AuditorParameter("to", .text(mostBytes: 64), "The same as until.", example: "now"),
        AuditorParameter(
            "zone", .text(mostBytes: 64),
            "The zone of days and of times without one: a name, or how far it is ahead of UTC; in a URL + is %2B.",
            example: "Europe/Berlin"),
    ]

    /// The parameters that say what is opened, and why.
    package static let disclosing = [
        AuditorParameter(
            "disclose", .choices(CommitGroup.allCases.map(\.rawValue)),
            "Groups of personal values to show; takes the right personal.read and a purpose.",
            example: "who,what"),
        purposeParameter,
    ]

    package static let purposeParameter = AuditorParameter(
        "purpose", .text(mostBytes: 256),
        "Why you read, for the record of this reading; needed where personal values are opened.",
        example: "quarterly review")

    /// Reads what a call says.
    ///
    /// - Parameters:
    ///   - unit: what is listed or counted.
    ///   - now: what relative times are measured by; of a later page, when the first was asked for.
    ///   - base: what is asked for besides.
    package init(
        _ call: AuditorCall, of unit: CatalogUnit, now: UTCInstant,
        within base: RecordQuery? = nil
    ) throws {
        clock = try Self.clock(call["zone"], now)
        var parts = [try Self.query(call["q"] ?? "", clock)]
        if let base { parts.append(base) }
        for (name, other) in [("since", "from"), ("until", "to")] {
            guard call[name] == nil || call[other] == nil else {
                throw AuditorProblem.badParameter.problem(
                    "\(name) and \(other) are two names of one parameter, and both are there.",
                    remedy: "Leave one of them out.", [JSONMember("parameter", .string(other))])
            }
            guard let text = call[name] ?? call[other] else { continue }
            let given = call[name] == nil ? other : name
            parts.append(try Self.time(text, of: given, name, clock))
        }
        query = RecordQuery(all: parts)
        try Self.checkTimes(query)
        let accesses = unit == .access ? query.ofAccesses : query
        var leftOut = unit == .access ? query.leftOutOfAccesses : []
        var besides = RecordQuery(.everything)
        if leftOut.isEmpty, !call.reader.rights.contains(.auditRead) {
            besides = Self.withoutReadings
            leftOut = EventAction.readings.map { "action:\($0.rawValue)" }
        }
        self.besides = besides
        sought = RecordQuery(all: [accesses, besides])
        self.leftOut = leftOut
        disclosed = Self.disclosed(call)
        purpose = call["purpose"]
        guard query.personalTerms.isEmpty || !call.isInURL else {
            throw AuditorProblem.personalByPost.problem(
                "The query names persons, paths or addresses, and URLs are kept in many places.",
                remedy: "Send the same parameters by POST, as JSON.")
        }
    }

    /// The groups that a call wants to see.
    static func disclosed(_ call: AuditorCall) -> Set<CommitGroup> {
        Set(call.words("disclose").compactMap { CommitGroup(rawValue: $0) })
    }

    /// Without those that say who looked at the log.
    private static let withoutReadings = RecordQuery(
        .negation(
            of: .any(
                of: EventAction.readings.map {
                    .term(QueryTerm(.named(.action), .text($0.rawValue)))
                })))

    static func clock(_ zone: String?, _ now: UTCInstant) throws -> QueryClock {
        guard let zone else { return QueryClock(now: now) }
        guard let place = QueryZone(zone) else {
            throw AuditorProblem.badParameter.problem(
                "The value of zone cannot be used.",
                remedy: "Please \(QueryZone.remedy); in a URL, + is %2B.",
                [JSONMember("parameter", .string("zone"))])
        }
        return QueryClock(now: now, in: place)
    }

    private static func query(_ text: String, _ clock: QueryClock) throws -> RecordQuery {
        do throws(QueryFault) {
            return try RecordQuery(text, at: clock)
        } catch {
            throw AuditorProblem.badQuery.problem(
                "The query is wrong at byte \(error.range.lowerBound).",
                remedy: "\(error.message).", position: error.range)
        }
    }

    private static func time(
        _ text: String, of name: String, _ term: String, _ clock: QueryClock
    ) throws -> RecordQuery {
        do throws(QueryFault) {
            return try RecordQuery("\(term):\(QueryText.quoted(text))", at: clock)
        } catch {
            throw AuditorProblem.badParameter.problem(
                "The value of \(name) cannot be used.", remedy: "\(error.message).",
                [JSONMember("parameter", .string(name))])
        }
    }

    private static func checkTimes(_ query: RecordQuery) throws {
        guard let from = query.times.from, let to = query.times.to, to < from else { return }
        // The end is not included.
        if to.microseconds + 1 == from.microseconds {
            throw AuditorProblem.badRange.problem(
                "There is no time between the two: both are \(from.rfc3339).",
                remedy: "Name a later end.",
                [JSONMember("from", .string(from.rfc3339)), JSONMember("to", .string(to.rfc3339))])
        }
        throw AuditorProblem.badRange.problem(
            "The times end before they begin: from \(from.rfc3339) to \(to.rfc3339).",
            remedy: "Exchange them.",
            [JSONMember("from", .string(from.rfc3339)), JSONMember("to", .string(to.rfc3339))])
    }

    /// What the query was understood to be, for every answer, which has the `hash` of its record besides: anybody who has
    /// the same asked the same.
    package var members: [JSONMember] {
        [
            JSONMember("query", .string(query.text)),
            JSONMember("zone", .string(clock.zone)),
            JSONMember("from", query.times.from.map { .string($0.rfc3339) } ?? .null),
            JSONMember("to", query.times.to.map { .string($0.rfc3339) } ?? .null),
            JSONMember("left_out", .array(leftOut.map { .string($0) })),
            JSONMember("personal", .bool(query.mayNameSomebody)),
        ]
    }
}
