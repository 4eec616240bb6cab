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

/// The log as it grows, as server-sent events.
struct TailEndpoints: AuditorGroup {
    let desk: AuditorDesk
    private let log: SharedSnapshot
    private let places = TailPlaces()

    init(desk: AuditorDesk) {
        self.desk = desk
        log = SharedSnapshot(desk.sources.snapshot)
    }

    /// Events have their forms, and no names in the document.
    static let schemas: [(name: String, schema: AuditorSchema)] = []

    private static let ownParameters = [
        AuditorParameter(
            "after", .number(0...JSONValue.largestInteger),
            "The index behind which to begin, which a Last-Event-ID replaces; the newest record where both are left out.",
            example: "4210"),
        AuditorParameter(
            "max", .number(1...10_000),
            "Most records of a second; how many more there were is told by the event skipped.",
            example: "100"),
    ]

    var operations: [AuditorOperation] {
        [HTTPRequest.Method.get, .post].map { method in
            AuditorOperation(
                method, "/tail", .logRead,
                "Follow the log: each record that is asked for as an event, from any index on.",
                parameters: AskedQuery.parameters + Self.ownParameters + AskedQuery.disclosing,
                answers: [AuditorAnswer(.eventStream, schema: nil)],
                problems: [
                    .badQuery, .badRange, .personalByPost, .purposeMissing, .rightMissing,
                    .tooManyTails, .logUnreadable, .unrecorded,
                ], isSearch: false, tail)
        }
    }

    private func tail(_ call: AuditorCall) async throws -> Response {
        let asked = try AskedQuery(call, of: .access, now: call.now)
        let isOpening = try await desk.opens(asked, for: call)
        // Nothing is read for those who ask for the head alone.
        guard call.request.method != .head else { return Response(status: .ok, headers: fields) }
        guard let place = places.take(by: call.reader.id) else {
            throw AuditorProblem.tooManyTails.problem(
                "There is no place for one more who follows the log: \(TailPlaces.mostOfOne) of an account, \(TailPlaces.most) in all.",
                remedy: "End one that is not needed.", retryAfter: 10)
        }
        let body = try await Self.wholeBody(of: call.request)
        let (stream, opening, record) = try await begin(asked, isOpening, call)
        return Response(
            status: .ok, headers: fields,
            body: ResponseBody { writer in
                let ended = await Self.outcome {
                    try await body.consumeWithCancellationOnInboundClose { _ in
                        try await stream.run(opening, &writer)
                    }
                }
                await end(stream, ended ?? .reader, call, about: record)
                withExtendedLifetime(place) {}
                if ended == nil { throw CancellationError() }
            })
    }

    /// The body of a request once all of it is here.
    ///
    /// `BodyBeforeWaiting`: Hummingbird traps where the connection ends in the middle of a body while it is watched.
    private static func wholeBody(of request: Request) async throws -> RequestBody {
        var request = request
        do {
            _ = try await request.collectBody(upTo: mostBytes)
        } catch {
            throw ConsoleProblem(.contentTooLarge, "Nobody who follows the log sends more.")
        }
        return request.body
    }

    private static let mostBytes = 64 << 10

    /// Nil: nobody was there any more.
    private static func outcome(
        _ work: () async throws -> QueryFacts.End
    ) async -> QueryFacts.End? {
        do {
            return try await work()
        } catch {
            return nil
        }
    }

    private var fields: HTTPFields {
        var fields: HTTPFields = [
            .contentType: .eventStream, .cacheControl: Freshness.none.rawValue,
            .connection: "close",
        ]
        // nginx would keep events until it has a bufferful.
        fields[.accelBuffering] = "no"
        return fields
    }

    /// Finds the place to begin at, and records that somebody does.
    private func begin(
        _ asked: AskedQuery, _ isOpening: Bool, _ call: AuditorCall
    ) async throws -> (TailStream, JSONValue, UniqueID) {
        let wanted = try Self.wanted(call)
        return try await desk.reading { [desk, log] in
            try desk.answering {
                let erasure = desk.sources.live.erasure()
                let present = try log.fresh()
                let size = present.size
                if let wanted, wanted >= size {
                    throw AuditorProblem.badParameter.problem(
                        "The log has \(size) records, and none of the index to go on behind.",
                        remedy: "Leave Last-Event-ID and after out; the id may be of another log.",
                        [JSONMember("parameter", .string("after"))])
                }
                let start = wanted.map { $0 + 1 } ?? size
                let record = try desk.record(
                    AuditorReading(
                        .tail,
                        QueryFacts(
                            asked.query,
                            about: try person(asked, isOpening, in: present.snapshot), rows: nil,
                            range: "\(start)..", purpose: asked.purpose)),
                    by: call.reader)
                let stream = TailStream(
                    desk, log, call.reader,
                    rights: isOpening ? [.logRead, .personalRead] : [.logRead],
                    TailReader(
                        asked.sought, disclosed: isOpening ? asked.disclosed : [],
                        isOpening: isOpening, reader: call.reader.id,
                        mostPerSecond: call.number("max").map { Int($0) }, in: present,
                        after: erasure, from: start))
                let opening = JSONValue.object(
                    asked.members + [
                        JSONMember("next", .integer(Int64(clamping: start))),
                        JSONMember("size", .integer(Int64(clamping: size))),
                    ] + record.members)
                return (stream, opening, record.uid)
            }
        }
    }

    /// The one person whom somebody follows, as the log knows them by now; nobody in particular while there is no catalog
    /// to find that by.
    private func person(
        _ asked: AskedQuery, _ isOpening: Bool, in snapshot: LogSnapshot
    ) throws -> SubjectID? {
        if let stated = asked.query.statedSubject { return stated }
        guard isOpening, !asked.query.personalGroups.isEmpty else { return nil }
        do {
            var search = try LogSearch(
                asked.sought, unit: .access, isOpening: isOpening, of: snapshot, at: desk)
            return try search.person()
        } catch let problem as ConsoleProblem
            where problem.code == AuditorProblem.catalogRebuilding.rawValue
        {
            return nil
        }
    }

    /// The index behind which to begin; nil: at the end.
    private static func wanted(_ call: AuditorCall) throws -> UInt64? {
        guard let text = call.request.headers[.lastEventID], !text.isEmpty else {
            return call.number("after").map { UInt64($0) }
        }
        guard let index = UInt64(text), "\(index)" == text else {
            throw AuditorProblem.badParameter.problem(
                "The Last-Event-ID is not an index.",
                remedy: "Send the id of an event of this log, or leave it out.",
                [JSONMember("parameter", .string("Last-Event-ID"))])
        }
        return index
    }

    /// Records that somebody has ceased to follow the log, and how far they came. It is done even for those who went
    /// away; where the log takes no record any more, the one of the beginning has to do.
    private func end(
        _ stream: TailStream, _ end: QueryFacts.End, _ call: AuditorCall, about record: UniqueID
    ) async {
        let (range, sent) = stream.reached
        let reading = AuditorReading(
            .tail,
            QueryFacts(
                hash: nil, rows: sent, range: "\(range.lowerBound)..<\(range.upperBound)",
                purpose: nil, began: record,
                ended: end))
        // The present task may be cancelled, which this has to outlive.
        let recording = Task {
            try await desk.reading { [desk] in try desk.record(reading, by: call.reader) }
        }
        if case .failure(let error) = await recording.result {
            desk.sources.live.warn("the end of a tail is not recorded: \(error)")
        }
    }
}

extension String {
    static let eventStream = "text/event-stream"
}

extension HTTPField.Name {
    static let accelBuffering = token("X-Accel-Buffering")
    static let lastEventID = token("Last-Event-ID")

    private static func token(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("FieldNamesAreTokens: no name of a field")
        }
        return name
    }
}
