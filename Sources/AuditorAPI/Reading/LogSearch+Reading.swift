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
import Query
import Search

extension LogSearch {
    /// The record of what was found.
    ///
    /// - Parameter rows: how many are given out; nil where that is known only afterwards.
    mutating func reading(_ asked: AskedQuery, rows: Int?) throws -> AuditorReading {
        AuditorReading(
            .query,
            QueryFacts(
                hash: asked.query.hash, rows: rows.map { UInt64($0) },
                range: "0..<\(search.completeTo)", purpose: asked.purpose,
                about: asked.query.soleSubject),
            try subject().map {
                AuditorReading.Personal(text: asked.query.text, subject: $0)
            })
    }

    /// Whose key the query's text is sealed under: the one person's whom it finds, so that it is erased with them. Where
    /// it finds nobody, or several, the text is not kept, and its hash tells the query from others.
    private mutating func subject() throws -> SubjectID? {
        let groups = search.query.personalGroups
        guard !groups.isEmpty else { return nil }
        if groups == [.what] { return .tenant }
        let actors = try ask {
            try $0.facet(of: .named(.actor), most: 2, within: Self.asideDeadline)
        }
        guard actors.relation == .exact, actors.others == 0, actors.values.count == 1,
            case .value(let text) = actors.values[0].facet, let id = SubjectID(text),
            id != .anonymous
        else { return nil }
        return id
    }

    /// An answer, once its record is durable.
    ///
    /// - Parameter standing: what held when it was found.
    mutating func answer(
        _ members: [JSONMember], _ standing: AnswerStanding, to asked: AskedQuery, rows: Int?,
        for reader: AccountIdentity
    ) throws -> Response {
        let uid = try desk.record(try reading(asked, rows: rows), by: reader)
        var response = Response.json(
            .object(members + standing.members + [JSONMember("recorded", .string(uid.text))]))
        response.headers[.completeTo] = "\(standing.completeTo)"
        response.headers[.catalogLag] = "\(standing.lag)"
        return response
    }
}
