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

extension RecordedReading {
    /// What every answer to a query says of its record.
    var members: [JSONMember] {
        [
            JSONMember("hash", hash.map { .string($0) } ?? .null),
            JSONMember("recorded", .string(uid.text)),
        ]
    }
}

extension LogSearch {
    /// The record of what was found.
    ///
    /// - Parameter rows: how many are given out; nil where that is known only afterwards.
    mutating func reading(_ asked: AskedQuery, rows: Int?) throws -> AuditorReading {
        AuditorReading(
            .query,
            QueryFacts(
                asked.query, about: try person(), rows: rows.map { UInt64($0) },
                range: "0..<\(search.completeTo)", purpose: asked.purpose))
    }

    /// The one person whom the search is about.
    mutating func person() throws -> SubjectID? {
        try ask { try $0.person(within: Self.deadline) }
    }

    /// An answer, once its record is durable.
    ///
    /// - Parameter standing: what held when it was found.
    mutating func answer(
        _ members: [JSONMember], _ standing: AnswerStanding, to asked: AskedQuery, rows: Int?,
        for reader: AccountIdentity
    ) throws -> Response {
        let said = try desk.record(try reading(asked, rows: rows), by: reader)
        var response = Response.json(.object(members + standing.members + said.members))
        standing.say(in: &response.headers)
        return response
    }
}
