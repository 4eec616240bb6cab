// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import Disclosures
import HTTPTypes
import Hummingbird
import LogReading
import Merkle
import Query
import Search

/// One page of rows on its way to a reader: found, recorded, then written. Blocks.
struct RecordPage {
    private let asked: AskedPage
    private let desk: AuditorDesk
    private let found: SearchPage
    private var search: LogSearch
    private var rows: RecordRows

    /// How long a page may take, and what is only told beside it.
    private static let deadline = Duration.seconds(10)
    private static let asideDeadline = Duration.milliseconds(200)

    init(_ asked: AskedPage, isOpening: Bool, at desk: AuditorDesk) throws {
        self.asked = asked
        self.desk = desk
        search = try LogSearch(asked.query, unit: asked.unit, isOpening: isOpening, at: desk)
        found = try search.ask {
            try $0.page(
                asked.order, after: asked.after, limit: asked.limit, deadline: Self.deadline)
        }
        rows = RecordRows(
            search.search.snapshot, isOpening ? asked.query.disclosed : [])
    }

    /// The answer, once its record is durable.
    mutating func answer(to reader: AccountIdentity) throws -> Response {
        let shown = try desk.answering { try found.rows.map { try rows.json(of: $0) } }
        var members = asked.query.members
        members += [
            JSONMember("unit", .string(asked.unit == .access ? "access" : "record")),
            JSONMember("order", .string(asked.order.isDescending ? "newest" : "oldest")),
            JSONMember("rows", .array(shown)), JSONMember("more", .bool(found.hasMore)),
        ]
        if let next = found.next {
            let cursor = PageCursor(next, now: asked.query.clock.now)
            members.append(JSONMember("next", .string(cursor.text)))
        }
        members += [
            JSONMember("cut_short", .bool(found.isCutShort)),
            JSONMember("withheld", .integer(Int64(found.undecided.withheld))),
            JSONMember("erased", .integer(Int64(found.undecided.erased))),
            JSONMember("undecided", .integer(Int64(found.undecided.total))),
            JSONMember("unread", .integer(Int64(found.unread))),
        ]
        members += search.standing
        if asked.after == nil { members += try asides() }
        let record = try desk.record(
            search.reading(rows: found.rows.count, about: rows.subjects), by: reader)
        members.append(JSONMember("recorded", .string(record.text)))
        var response = Response.json(.object(members))
        response.headers[.completeTo] = "\(found.completeTo)"
        response.headers[.catalogLag] = "\(search.search.lag)"
        return response
    }

    /// What is told beside the first page: how many there are in all, or why there are none.
    private mutating func asides() throws -> [JSONMember] {
        let count = try search.ask { try $0.count(within: Self.asideDeadline) }
        var members = [JSONMember("total", count.json)]
        if found.rows.isEmpty {
            let reasons = try search.ask { try $0.reasons(within: Self.asideDeadline) }
            members.append(JSONMember("reasons", reasons.json(unit: asked.unit)))
        }
        return members
    }
}

/// Rows as programs get them.
struct RecordRows {
    private let disclosed: Set<CommitGroup>
    private var authentic: AuthenticLeaves
    private var values: ValueReader
    /// Whom the rows are about.
    private(set) var subjects: Set<SubjectID> = []

    /// - Parameter disclosed: groups that are shown.
    init(_ snapshot: LogSnapshot, _ disclosed: Set<CommitGroup>) {
        self.disclosed = disclosed
        authentic = AuthenticLeaves(snapshot)
        values =
            disclosed.isEmpty ? ValueReader(sealing: snapshot) : ValueReader(opening: snapshot)
    }

    mutating func json(of row: SearchRow) throws -> JSONValue {
        let index = LeafIndex(row.index)
        var members: [JSONMember] = []
        members.add("uid", row.uid?.text)
        members += [
            JSONMember("time", .string(row.time.rfc3339)), JSONMember("open", .bool(row.isOpen)),
            JSONMember("records", .array(row.indexes.map { .integer(Int64(clamping: $0)) })),
        ]
        guard try authentic.contain(row.leaf, at: index) else {
            // Nothing is shown of what is not what was signed.
            return .object(
                RecordItem(index: index, record: nil, values: .none).members + members
                    + [JSONMember("changed", .bool(true))])
        }
        let record = try Record(leaf: row.leaf)
        if let subject = record.actor.flatMap({ SubjectID($0) }), subject != .anonymous {
            subjects.insert(subject)
        }
        let groups = try values.groups(of: record, at: index)
        var opened: [JSONMember] = []
        var states: [JSONMember] = []
        for group in record.commitments.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            var state = "withheld"
            if disclosed.contains(group) {
                switch groups[group] {
                case .opened(let value):
                    opened += value.members ?? []
                    state = "opened"
                case .erased: state = "erased"
                case .unreadable, nil: state = "unreadable"
                }
            }
            states.append(JSONMember(group.rawValue, .string(state)))
        }
        return .object(
            RecordItem(index: index, record: record, values: RecordValues(members: opened)).members
                + members + [JSONMember("groups", .object(states))])
    }
}
