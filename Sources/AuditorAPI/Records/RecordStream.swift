// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import Console
import Disclosures
import HTTPTypes
import Hummingbird
import NIOCore
import Query
import Search

/// Everything that is found, a row a line, found page by page while it is read: nothing is held open between pages.
///
/// Recorded twice: before the first row leaves, and at the end with how many left. The last line has `end`; where it is
/// missing, rows are.
struct RecordStream: Sendable {
    private let asked: AskedPage
    private let isOpening: Bool
    private let call: AuditorCall
    private let desk: AuditorDesk

    init(_ asked: AskedPage, isOpening: Bool, _ call: AuditorCall, at desk: AuditorDesk) {
        self.asked = asked
        self.isOpening = isOpening
        self.call = call
        self.desk = desk
    }

    /// What one page comes to.
    private struct Part: Sendable {
        var lines: ByteBuffer
        var rows: Int
        var undecided: SearchUndecided
        var unread: Int
        var standing: AnswerStanding
        var next: SearchCursor?
    }

    /// The first page is found, and the reading recorded, before the head is written: what is wrong is a problem.
    func response() async throws -> Response {
        let (first, said) = try await begun()
        var fields: HTTPFields = [
            .contentType: .jsonLines, .cacheControl: Freshness.none.rawValue,
        ]
        first.standing.say(in: &fields)
        return Response(
            status: .ok, headers: fields,
            body: ResponseBody { writer in
                try await write(first, said, to: &writer)
                try await writer.finish(nil)
            })
    }

    /// How the record of the beginning names the question, for the one of the end.
    private struct Begun: Sendable {
        let hash: String?
        let about: SubjectID?
    }

    private func begun() async throws -> (Part, Begun) {
        try await desk.reading { [desk, isOpening, call, asked] in
            var page = try RecordPage(asked, isOpening: isOpening, at: desk)
            let reading = try page.reading()
            let said = try desk.record(reading, by: call.reader)
            return (Self.part(of: page), Begun(hash: said.hash, about: reading.facts.about))
        }
    }

    private func part(behind place: SearchCursor) async throws -> Part {
        try await desk.reading { [desk, isOpening, asked] in
            Self.part(
                of: try RecordPage(
                    AskedPage(asked, after: place), isOpening: isOpening, at: desk))
        }
    }

    private static func part(of page: RecordPage) -> Part {
        var text: [UInt8] = []
        for row in page.rows {
            JSONText.append(row, to: &text)
            text.append(UInt8(ascii: "\n"))
        }
        return Part(
            lines: ByteBuffer(bytes: text), rows: page.rows.count,
            undecided: page.found.undecided, unread: page.found.unread,
            standing: page.standing, next: page.found.next)
    }

    private func write(
        _ first: Part, _ begun: Begun, to writer: inout any ResponseBodyWriter
    ) async throws {
        var (part, sum) = (first, first)
        sum.rows = 0
        do {
            while true {
                try await writer.write(part.lines)
                sum.rows += part.rows
                guard let next = part.next else { break }
                part = try await self.part(behind: next)
                sum.undecided.withheld += part.undecided.withheld
                sum.undecided.erased += part.undecided.erased
                sum.unread += part.unread
            }
        } catch {
            // Whoever went away has read so many; where this cannot be recorded, the first record stands.
            _ = try await record(sum, begun)
            throw error
        }
        let record = try await record(sum, begun)
        try await writer.write(ByteBuffer(bytes: last(sum, record)))
    }

    /// Records how many rows left.
    private func record(_ sum: Part, _ begun: Begun) async throws -> RecordedReading {
        let reading = AuditorReading(
            .query,
            QueryFacts(
                hash: begun.hash, rows: UInt64(sum.rows),
                range: "0..<\(sum.standing.completeTo)", purpose: asked.query.purpose,
                about: begun.about))
        return try await desk.reading { [desk, call] in
            try desk.record(reading, by: call.reader)
        }
    }

    private func last(_ sum: Part, _ record: RecordedReading) -> [UInt8] {
        var text: [UInt8] = []
        JSONText.append(
            .object(
                [JSONMember("end", .bool(true)), JSONMember("rows", .integer(Int64(sum.rows)))]
                    + asked.members + sum.undecided.members + [
                        JSONMember("unread", .integer(Int64(sum.unread)))
                    ] + sum.standing.members + record.members), to: &text)
        text.append(UInt8(ascii: "\n"))
        return text
    }
}
