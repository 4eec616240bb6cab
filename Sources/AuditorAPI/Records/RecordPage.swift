// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Catalog
import Console
import Disclosures
import Hummingbird
import Merkle
import Query
import Search

/// One page of rows on its way to a reader: found, recorded, then written. Blocks.
struct RecordPage {
    private let asked: AskedPage
    private var search: LogSearch
    let standing: AnswerStanding
    let found: SearchPage
    private let counts: [JSONMember]
    /// The rows as programs get them.
    let rows: [JSONValue]

    init(_ asked: AskedPage, isOpening: Bool, at desk: AuditorDesk) throws {
        self.asked = asked
        var search = try LogSearch(
            asked.query.sought, unit: asked.unit, isOpening: isOpening, at: desk)
        let (found, counts) = try search.together { search throws(SearchFailure) in
            let page = try search.page(
                asked.order, after: asked.after, limit: asked.limit, deadline: LogSearch.deadline)
            return (page, try asked.counts.members(&search, asked.query))
        }
        standing = search.standing
        var sight = RecordSight(
            search.search.snapshot, isOpening ? asked.query.disclosed : [],
            erasures: desk.erasures)
        rows = try desk.answering { try found.rows.map { try Self.json(of: $0, &sight) } }
        self.search = search
        (self.found, self.counts) = (found, counts)
    }

    private static func json(of row: SearchRow, _ sight: inout RecordSight) throws -> JSONValue {
        var members = try sight.members(of: row.leaf, at: LeafIndex(row.index))
        members.add("uid", row.uid?.text)
        members += [
            JSONMember("time", .string(row.time.rfc3339)), JSONMember("open", .bool(row.isOpen)),
            JSONMember("records", .array(row.indexes.map { .integer(Int64(clamping: $0)) })),
        ]
        return .object(members)
    }

    /// The answer, once its record is durable.
    mutating func answer(to reader: AccountIdentity) throws -> Response {
        var members = asked.members
        members += [JSONMember("rows", .array(rows)), JSONMember("more", .bool(found.hasMore))]
        if let next = found.next {
            let cursor = PageCursor(next, now: asked.query.clock.now)
            members.append(JSONMember("next", .string(cursor.text)))
        }
        members.append(JSONMember("cut_short", .bool(found.isCutShort)))
        members += found.undecided.members
        members.append(JSONMember("unread", .integer(Int64(found.unread))))
        if asked.after == nil { members += try asides() + counts }
        return try search.answer(
            members, standing, to: asked.query, rows: rows.count, for: reader)
    }

    /// The answer as a page for people, once its record is durable.
    mutating func plain(for call: AuditorCall) throws -> Response {
        _ = try search.desk.record(
            try search.reading(asked.query, rows: rows.count), by: call.reader)
        let next = found.next.map { PageCursor($0, now: asked.query.clock.now).text }
        return PlainPages.list(rows, next: next, standing, for: call)
    }

    /// The record of it where nobody knows how many rows will leave.
    mutating func reading() throws -> AuditorReading {
        try search.reading(asked.query, rows: nil)
    }

    /// What is told beside the first page: how many there are in all, or why there are none.
    private mutating func asides() throws -> [JSONMember] {
        let count = try search.ask { try $0.count(within: LogSearch.asideDeadline) }
        var members = [
            JSONMember("total", .object(count.members)), try search.stillOpen(),
        ]
        if found.rows.isEmpty {
            let reasons = try search.ask { try $0.reasons(within: LogSearch.asideDeadline) }
            members.append(
                JSONMember("reasons", reasons.json(unit: asked.unit, asked.query.query.doubts)))
        }
        return members
    }
}
