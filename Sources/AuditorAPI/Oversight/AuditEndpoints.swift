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

/// Who read the log, for what, and what they got.
struct AuditEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [HTTPRequest.Method.get, .post].map { method in
            AuditorOperation(
                method, "/audit", .auditRead,
                "List who read the log: each reading with its reader, query, purpose and rows.",
                parameters: AskedQuery.parameters + RecordEndpoints.paging
                    + [AskedQuery.purposeParameter],
                answers: [AuditorAnswer(.json, schema: "ReadingPage")],
                problems: [
                    .badQuery, .badRange, .badCursor, .personalByPost, .timedOut,
                    .catalogRebuilding, .logUnreadable, .unrecorded,
                ], list)
        }
    }

    /// Every way to read the log that leaves a record.
    static let readings = RecordQuery(
        .any(
            of: EventAction.readings.map {
                .term(QueryTerm(.named(.action), .text($0.rawValue)))
            }))

    private func list(_ call: AuditorCall) async throws -> Response {
        let asked = try AskedPage(call, within: Self.readings)
        // A purpose in words of somebody's own is sealed, as it may name a person.
        let isOpening =
            asked.query.purpose != nil && call.reader.rights.contains(.personalRead)
        return try await desk.reading { [desk] in
            var search = try LogSearch(
                asked.query.sought, unit: .record, isOpening: false, at: desk)
            let page = try search.ask {
                try $0.page(
                    asked.order, after: asked.after, limit: asked.limit,
                    deadline: LogSearch.deadline)
            }
            let standing = search.standing
            let rows = try search.ask { search in
                var values =
                    isOpening
                    ? ValueReader(opening: search.snapshot)
                    : ValueReader(sealing: search.snapshot)
                return try page.rows.map { try Self.shown($0, &values) }
            }
            var members =
                asked.members + [
                    JSONMember("rows", .array(rows)),
                    JSONMember("more", .bool(page.hasMore)),
                ]
            if let next = page.next {
                members.append(
                    JSONMember(
                        "next",
                        .string(PageCursor(next, now: asked.query.clock.now).text)))
            }
            members.append(JSONMember("cut_short", .bool(page.isCutShort)))
            return try search.answer(
                members, standing, to: asked.query, rows: page.rows.count, for: call.reader)
        }
    }

    /// One reading; what a record does not say is null, and what this version does not know passes as it is.
    private static func shown(
        _ row: SearchRow, _ values: inout ValueReader
    ) throws(LogReadFailure) -> JSONValue {
        guard
            case .success(let record) = Result(catching: { () throws(RecordFault) in
                try Record(leaf: row.leaf)
            })
        else { return .object([JSONMember("index", .whole(row.index))]) }
        let sealed = try values.values(of: record, at: LeafIndex(row.index)).purpose
        var shown = [JSONMember("index", .whole(row.index))]
        for member in members {
            var value: JSONValue? = record.value
            for part in member.path { value = value?[part] }
            if member.name == "purpose", let sealed { value = .string(sealed) }
            shown.append(JSONMember(member.name, value ?? .null))
        }
        let isSealed = record.commitments[.payload] != nil && sealed == nil
        shown.append(JSONMember("purpose_sealed", .bool(isSealed)))
        return .object(shown)
    }

    /// What is told of a reading, and where in its record that stands.
    static let members: [(name: String, path: [String], schema: AuditorSchema)] = [
        ("uid", ["uid"], .uid), ("time", ["time"], .moment),
        ("action", ["event", "action"], .text), ("outcome", ["event", "outcome"], .text),
        ("reader", ["actor", "uid"], .text), ("reader_kind", ["actor", "type"], .text),
        ("issuer", ["actor", "issuer"], .text), ("roles", ["actor", "roles"], .list(.text)),
        ("session", ["actor", "session"], .text), ("key", ["actor", "auth", "key"], .text),
        ("hash", ["query", "hash"], .hash), ("purpose", ["query", "purpose"], .text),
        ("range", ["query", "range"], .text), ("rows", ["query", "rows"], .count),
        ("about", ["query", "about"], .uid), ("ended", ["query", "ended"], .text),
    ]
}
