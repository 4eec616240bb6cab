// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import Disclosures
import Evidence
import HTTPTypes
import Hummingbird
import LogReading
import Query

/// Records handed over: ordered here, made by the server in the background, and fetched by whoever ordered them.
///
/// That one is ordered is a record, made before anything is read for it, whose id is the job's; that it is complete is
/// one, of the proxy; and each time that its bytes leave. How a job stands says no more than these, and is none.
struct ExportEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .post, "/exports", .logExport,
                "Order an export, which is made in the background: an evidence pack, or a list for other programs.",
                parameters: AskedQuery.parameters + OrderedExport.parameters
                    + AskedQuery.disclosing,
                headers: [OrderedExport.keyParameter],
                answers: [AuditorAnswer(.json, schema: "Export", status: 202)],
                problems: [
                    .badQuery, .badRange, .purposeMissing, .rightMissing, .timedOut, .keyUsed,
                    .catalogRebuilding, .logUnreadable, .tooManyExports, .exportsUnavailable,
                ], order),
            AuditorOperation(
                .get, "/exports", .logExport, "List exports, the oldest first.",
                parameters: [
                    AuditorParameter(
                        "whose", .choice(["own", "all"]),
                        "Your own, or everybody's without their texts, which takes the right audit.read; your own by default.",
                        example: "own")
                ], answers: [AuditorAnswer(.json, schema: "ExportList")],
                problems: [.rightMissing, .exportsUnavailable, .unrecorded], isSearch: false, list),
            AuditorOperation(
                .get, "/exports/{id}", .logExport, "Say how an export of yours stands.",
                answers: [AuditorAnswer(.json, schema: "Export")],
                problems: [.notFound, .exportsUnavailable], isSearch: false, show),
            AuditorOperation(
                .get, "/exports/{id}/content", .logExport,
                "Fetch an export of yours that is done, or a part of its bytes.",
                parameters: [
                    AuditorParameter(
                        "part", .number(1...10_000),
                        "Which of its files, counted from 1; the first by default.", example: "1")
                ],
                answers: [200, 206].flatMap { status in
                    [String.archive, .sheet, .jsonLines, .plainText].map {
                        AuditorAnswer($0, schema: nil, status: status)
                    }
                } + [AuditorAnswer(.bytes, schema: nil, status: 304)],
                problems: [
                    .notFound, .rightMissing, .notReady, .exportFailed, .erased,
                    .accountRemoved, .rangeNotSatisfiable, .exportsUnavailable, .unrecorded,
                ], isSearch: false, content),
            AuditorOperation(
                .delete, "/exports/{id}", .logExport,
                "Remove an export of yours, or end one that is being made.",
                answers: [AuditorAnswer(.json, schema: nil, status: 204)],
                problems: [.notFound, .exportsUnavailable, .unrecorded], isSearch: false, remove),
        ]
    }

    static let schemas: [(name: String, schema: AuditorSchema)] = [
        ("Export", ExportJob.schema),
        (
            "ExportList",
            .object([
                .init("rows", .list(.named("Export"))), .init("recorded", .uid, isOptional: true),
            ])
        ),
    ]

    // MARK: Ordering

    private func order(_ call: AuditorCall) async throws -> Response {
        let isOfAccesses = call["unit"] == EvidenceOrder.Unit.access.rawValue
        let asked = try AskedQuery(call, of: isOfAccesses ? .access : .record, now: call.now)
        let isOpening = try await desk.opens(asked, for: call)
        return try await desk.reading { [desk] in
            let jobs = try desk.exports()
            let key = try OrderedExport.key(call)
            if let known = try OrderedExport.known(key, call, in: jobs) {
                return Self.accepted(known, call.reader)
            }
            try desk.checkRoom(jobs, call.reader.id)
            let order = try OrderedExport(call, asked, isOpening: isOpening, at: desk)
            let reading = try order.reading(at: desk)
            let said = try desk.record(reading, by: call.reader)
            let ticket = order.ticket(said, key, about: reading.facts.about)
            let added = try Self.keeping { () throws(EvidenceFailure) in try jobs.add(ticket) }
            guard let job = added else {
                // Others were quicker; the record says that it was ordered, and none that it was made.
                try desk.checkRoom(jobs, call.reader.id)
                throw AuditorProblem.tooManyExports.problem(
                    "There are as many exports as there may be at a time.",
                    remedy: "Ask again later.", retryAfter: 60)
            }
            desk.sources.exports?.wake()
            return Self.accepted(job, call.reader)
        }
    }

    private static func keeping<Value>(
        _ body: () throws(EvidenceFailure) -> Value
    ) throws -> Value {
        do throws(EvidenceFailure) {
            return try body()
        } catch {
            throw AuditorProblem.exportsUnavailable.problem(
                "The server cannot keep its exports now.",
                remedy: "Ask again once its disk has room.", retryAfter: 60)
        }
    }

    private static func accepted(_ job: ExportJob, _ reader: AccountIdentity) -> Response {
        var response = Response.json(job.json(for: reader.id))
        response.status = .accepted
        response.headers[.location] = "\(AuditorAPI.prefix)/exports/\(job.id.text)"
        response.headers[.retryAfter] = "1"
        return response
    }

    // MARK: Looking

    private func list(_ call: AuditorCall) async throws -> Response {
        let isAll = call["whose"] == "all"
        if isAll { try await desk.require(.auditRead, of: call.reader) }
        return try await desk.reading { [desk] in
            let jobs = try desk.exports().all.filter { isAll || $0.maker == call.reader.id }
            let rows = JSONMember("rows", .array(jobs.map { $0.json(for: call.reader.id) }))
            guard isAll else { return .json(.object([rows])) }
            // Who has ordered what is told of others only with a record, as by /audit.
            let recorded = try desk.record(
                AuditorReading(
                    .query,
                    QueryFacts(
                        hash: AuditorDesk.hash(of: ["exports", "all"]), rows: UInt64(jobs.count),
                        range: nil, purpose: nil)), by: call.reader)
            return .json(.object([rows, JSONMember("recorded", .string(recorded.uid.text))]))
        }
    }

    private func show(_ call: AuditorCall) async throws -> Response {
        try await desk.reading {
            let (job, _) = try own(call)
            var response = Response.json(job.json(for: call.reader.id))
            if job.standing == .waiting || job.standing == .running {
                response.headers[.retryAfter] = "1"
            }
            return response
        }
    }

    /// The job that a call names: its reader's own, as nobody else is told that it is there. Blocks.
    private func own(_ call: AuditorCall) throws -> (ExportJob, ExportJobs) {
        let jobs = try desk.exports()
        guard let id = UniqueID(call.part("id")), let job = jobs.job(id),
            job.maker == call.reader.id
        else {
            throw AuditorProblem.notFound.problem(
                "You have no export of this id.",
                remedy: "GET /api/v1/exports lists yours; those that have expired are gone.")
        }
        return (job, jobs)
    }

    // MARK: Fetching

    private func content(_ call: AuditorCall) async throws -> Response {
        let (job, jobs) = try await desk.reading { try own(call) }
        try Self.checkReady(job)
        if job.isOpened { try await desk.require(.personalRead, of: call.reader) }
        let number = Int(call.number("part") ?? 1) - 1
        guard let files = job.outcome?.files, files.indices.contains(number) else {
            throw AuditorProblem.notFound.problem(
                "The export has no such part.", remedy: "Its files say which parts there are.")
        }
        let file = files[number]
        let stored = try await desk.reading { [desk] in
            guard let path = jobs.path(of: file.name, of: job.id) else {
                throw AuditorProblem.notFound.problem(
                    "The export was removed.", remedy: "Order it again.")
            }
            return try desk.answering {
                StoredContent(
                    content: try StaticContent(of: path), type: job.type, freshness: .none,
                    tag: EntityTag(digest: file.mark.digest), reads: BlockingReads())
            }
        }
        var response = try await stored.response(to: call.request)
        guard response.status != .notModified else { return response }
        response.headers[.contentDisposition] = "attachment; filename=\"\(job.name(of: number))\""
        guard call.request.method != .head else { return response }
        try await desk.reading { [desk] in
            _ = try desk.record(
                AuditorReading(.export, Self.facts(job, rows: job.outcome?.records)),
                by: call.reader)
        }
        return response
    }

    private static func facts(
        _ job: ExportJob, rows: UInt64?, ended: QueryFacts.End? = nil
    ) -> QueryFacts {
        let order = job.ticket.order
        let range = order.range ?? 0..<job.ticket.size
        return QueryFacts(
            hash: job.ticket.hash, rows: rows, range: "\(range.lowerBound)..<\(range.upperBound)",
            purpose: order.request.purpose,
            about: job.ticket.asked["subject"]?.string.flatMap { SubjectID($0) }, began: job.id,
            ended: ended)
    }

    private static func checkReady(_ job: ExportJob) throws {
        switch job.standing {
        case .done: return
        case .waiting, .running:
            throw AuditorProblem.notReady.problem(
                "The export is not complete yet.", remedy: "Ask again later.", retryAfter: 1)
        case .failed(let why):
            throw AuditorProblem.exportFailed.problem(
                "The export could not be made: \(why)", remedy: "Remove it, and order it again.")
        case .erased(let erasure):
            throw AuditorProblem.erased.problem(
                "What the export held is gone since somebody was erased.",
                remedy: "Order it again: it then holds what is left.",
                [
                    JSONMember("erased", .whole(erasure.index)),
                    JSONMember("at", .string(erasure.time.rfc3339)),
                ])
        case .accountRemoved(let time):
            throw AuditorProblem.accountRemoved.problem(
                "The account that ordered the export was removed, and the export with it.",
                remedy: "Order it under an account that is there.",
                [JSONMember("at", .string(time.rfc3339))])
        }
    }

    private func remove(_ call: AuditorCall) async throws -> Response {
        try await desk.reading { [desk] in
            let (job, jobs) = try own(call)
            switch job.standing {
            case .waiting, .running:
                // Otherwise the log would say that it was ordered, and nothing of what became of it.
                _ = try desk.record(
                    AuditorReading(.export, Self.facts(job, rows: 0, ended: .reader)),
                    by: call.reader)
            case .done, .failed, .erased, .accountRemoved: break
            }
            _ = try Self.keeping { () throws(EvidenceFailure) in try jobs.remove(job.id) }
            return Response(status: .noContent, headers: [.cacheControl: Freshness.none.rawValue])
        }
    }
}
