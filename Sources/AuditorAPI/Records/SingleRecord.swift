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
import RecordForms
import Search

/// One access or one record that is asked for by its name.
struct SingleRecord: Sendable {
    /// What an access or a record is called.
    private enum Name: Sendable {
        case uid(UniqueID)
        case index(UInt64)
    }

    private let name: Name
    let disclosed: Set<CommitGroup>
    let purpose: String?

    /// Whether it is one record, and not an access that may get another.
    var isIndex: Bool { if case .index = name { true } else { false } }

    init(_ call: AuditorCall) throws {
        let text = call.part("record")
        if let number = UInt64(text), "\(number)" == text {
            name = .index(number)
        } else if let uid = UniqueID(typed: text) {
            name = .uid(uid)
        } else {
            throw Self.notFound
        }
        disclosed = AskedQuery.disclosed(call)
        purpose = call["purpose"]
    }

    static var notFound: ConsoleProblem {
        AuditorProblem.notFound.problem(
            "There is no such record.",
            remedy:
                "Give an index below complete_to, or the uid that Countersign-Record of an answer has."
        )
    }

    /// What was found.
    struct Found: Sendable {
        let snapshot: LogSnapshot
        let leaves: [(index: LeafIndex, leaf: [UInt8])]
        let query: RecordQuery

        fileprivate var range: String {
            leaves.map { "\($0.index.value)" }.joined(separator: ",")
        }

        /// Whose records they are: what is asked of them is about that person.
        fileprivate var holder: SubjectID? {
            leaves.lazy.compactMap { Record.holder(of: $0.leaf) }.first
        }

        /// Whether it says who looked at the log, which takes a right of its own to see.
        var isOfReading: Bool {
            leaves.contains { leaf in
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: leaf.leaf)
                    })
                else { return false }
                return EventAction.readings.contains { $0.rawValue == record.action }
            }
        }
    }

    /// Finds it. Blocks.
    func find(at desk: AuditorDesk) throws -> Found {
        switch name {
        case .index(let number):
            let term = QueryTerm(
                .named(.index),
                .range(QueryRange(lower: Int64(clamping: number), upper: Int64(clamping: number))))
            return try desk.answering {
                let snapshot = try desk.sources.snapshot()
                let index = LeafIndex(number)
                guard snapshot.size.contains(index) else { throw Self.notFound }
                return Found(
                    snapshot: snapshot, leaves: [(index, try snapshot.leaf(at: index))],
                    query: RecordQuery(.term(term)))
            }
        case .uid(let uid):
            let query = RecordQuery(.term(QueryTerm(.named(.uid), .text(uid.text))))
            do {
                return try find(query, at: desk)
            } catch let problem as ConsoleProblem
                where problem.code == AuditorProblem.catalogRebuilding.rawValue
            {
                return try desk.answering {
                    let snapshot = try desk.sources.snapshot()
                    let leaves = try AccessScan(uid: uid, snapshot: snapshot).run(at: desk)
                    guard !leaves.isEmpty else { throw Self.notFound }
                    return Found(snapshot: snapshot, leaves: leaves, query: query)
                }
            }
        }
    }

    /// Finds it by the catalog.
    private func find(_ query: RecordQuery, at desk: AuditorDesk) throws -> Found {
        var search = try LogSearch(query, unit: .record, isOpening: false, at: desk)
        let page = try search.ask {
            try $0.page(
                .firstIndexFirst, limit: CatalogPageRequest.mostRows,
                deadline: LogSearch.deadline)
        }
        guard !page.rows.isEmpty else { throw Self.notFound }
        return Found(
            snapshot: search.search.snapshot,
            leaves: page.rows.map { (LeafIndex($0.index), $0.leaf) }, query: query)
    }

    func reading(_ found: Found, _ rows: Int) -> AuditorReading {
        AuditorReading(
            .query,
            QueryFacts(
                found.query, about: found.holder, rows: UInt64(rows), range: found.range,
                purpose: purpose))
    }

    /// All of it, once its record is durable. Blocks.
    func answer(
        _ found: Found, isOpening: Bool, isPlain: Bool, to reader: AccountIdentity,
        at desk: AuditorDesk
    ) throws -> Response {
        var sight = RecordSight(
            found.snapshot, isOpening ? disclosed : [], showsSalts: true,
            erasures: desk.erasures)
        let records = try desk.answering {
            try found.leaves.map { index, leaf in
                var members = try sight.members(of: leaf, at: index)
                if !members.contains(where: { $0.name == "changed" }) {
                    members += [
                        JSONMember("leaf", .string(Base64.encode(leaf))),
                        JSONMember("leaf_hash", .string(LeafHash(of: leaf).hash.base64)),
                    ]
                }
                return JSONValue.object(members)
            }
        }
        let recorded = try desk.record(reading(found, records.count), by: reader)
        guard !isPlain else { return PlainPages.record(records) }
        let size = found.snapshot.size.count
        var response = Response.json(
            .object([
                JSONMember("records", .array(records)),
                JSONMember("complete_to", .integer(Int64(clamping: size))),
                JSONMember("recorded", .string(recorded.uid.text)),
            ]))
        response.headers[.completeTo] = "\(size)"
        return response
    }

    /// The record as other programs read it, once its reading is recorded. Blocks.
    func event(
        of found: Found, isOpening: Bool, to reader: AccountIdentity, at desk: AuditorDesk
    ) throws -> Response {
        let (index, leaf) = try signed(found, at: desk)
        let event = try desk.answering {
            guard
                case .success(let record) = Result(catching: { () throws(RecordFault) in
                    try Record(leaf: leaf)
                })
            else { throw Self.notFound }
            var values =
                isOpening
                ? ValueReader(opening: found.snapshot) : ValueReader(sealing: found.snapshot)
            let groups = try values.groups(of: record, at: index).filter {
                disclosed.contains($0.key)
            }
            return DerivedForm.ocsf.line(record, at: index, groups)
        }
        _ = try desk.record(reading(found, 1), by: reader)
        return .content(event, type: .json, .none)
    }

    /// The newest record of what was found, which is what was signed.
    private func signed(
        _ found: Found, at desk: AuditorDesk
    ) throws -> (index: LeafIndex, leaf: [UInt8]) {
        guard let newest = found.leaves.last else { throw Self.notFound }
        var authentic = AuthenticLeaves(found.snapshot)
        guard try desk.answering({ try authentic.contain(newest.leaf, at: newest.index) }) else {
            throw AuditorProblem.logUnreadable.problem(
                "The log does not show that it holds what was signed at \(newest.index.value).",
                remedy: "countersign verify says what was changed.")
        }
        return newest
    }

    /// The bytes that were hashed, once their reading is recorded; that somebody has them already is one, too. Blocks.
    func leaf(
        of found: Found, for call: AuditorCall, at desk: AuditorDesk
    ) throws -> Response {
        let leaf = try signed(found, at: desk).leaf
        _ = try desk.record(reading(found, 1), by: call.reader)
        // An access that is open gets another record, and then this name is another leaf's.
        let freshness: Freshness = if case .index = name { .immutableForOne } else { .none }
        let tag = EntityTag(of: leaf)
        if let known = call.request.headers[.ifNoneMatch], tag.isNamed(by: known) {
            return Response(
                status: .notModified,
                headers: [.cacheControl: freshness.rawValue, .eTag: tag.text])
        }
        var response = Response.content(leaf, type: .bytes, freshness)
        response.headers[.eTag] = tag.text
        return response
    }
}
