// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import HTTPTypes
import Hummingbird
import LogFormat
import LogReading
import Merkle
import SignedNotes
import Verification

/// What the server knows about its own log.
struct IntegrityEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .get, "/integrity", .logRead,
                "Say whether anything was changed and whether anything is missing, and of which records that was found.",
                parameters: [AskedQuery.purposeParameter],
                answers: [AuditorAnswer(.json, schema: "Integrity")],
                problems: [.logUnreadable, .unrecorded], isSearch: false, show),
            AuditorOperation(
                .post, "/integrity", .logVerify, "Have the whole log checked now.",
                parameters: [AskedQuery.purposeParameter],
                answers: [AuditorAnswer(.json, schema: "Integrity", status: 202)],
                problems: [.logUnreadable, .unrecorded], isSearch: false, begin),
        ]
    }

    private func show(_ call: AuditorCall) async throws -> Response {
        try await answer(call, ["integrity"])
    }

    private func begin(_ call: AuditorCall) async throws -> Response {
        var response = try await answer(call, ["integrity", "check"])
        desk.sources.live.hurry()
        response.status = .accepted
        return response
    }

    private func answer(_ call: AuditorCall, _ words: [String]) async throws -> Response {
        try await desk.reading { [desk] in
            try desk.answering {
                let snapshot = try desk.sources.snapshot()
                let report = try IntegrityReport(
                    snapshot, desk.sources.live, catalogued: desk.sources.standing().size,
                    now: call.now)
                return try desk.answer(
                    report.members, to: call, about: words, rows: 1,
                    range: "0..<\(snapshot.size.count)")
            }
        }
    }
}

/// What a server knows about its own log at one moment. Whatever was found is of the records that it names.
struct IntegrityReport {
    private let snapshot: LogSnapshot
    private let facts: LiveLog.Facts
    private let check: LogCheckStanding
    private let next: Duration?
    private let catalogued: UInt64
    private let now: UTCInstant
    /// The records at both ends, as far as they are here and can be read.
    private let oldest: (index: UInt64, time: UTCInstant?)?
    private let newest: UTCInstant?
    private let segmentsAway: Int

    /// Reads both ends of the log.
    init(
        _ snapshot: LogSnapshot, _ live: LiveLog, catalogued: UInt64, now: UTCInstant
    ) throws(LogReadFailure) {
        self.snapshot = snapshot
        facts = live.facts()
        (check, next) = live.check()
        self.catalogued = catalogued
        self.now = now
        let away = try snapshot.segmentsAway()
        segmentsAway = away.count
        let size = snapshot.size.count
        guard size > 0 else {
            (oldest, newest) = (nil, nil)
            return
        }
        let gone = Set(away.map { $0.0.value })
        let first = (0...SegmentNumber(of: LeafIndex(size - 1)).value).first {
            !gone.contains($0)
        }
        oldest = try first.map { number throws(LogReadFailure) in
            let index = SegmentNumber(number).firstIndex
            return (index.value, try Self.written(snapshot, index))
        }
        newest =
            gone.contains(SegmentNumber(of: LeafIndex(size - 1)).value)
            ? nil : try Self.written(snapshot, LeafIndex(size - 1))
    }

    /// When a record was written; nil for what cannot be read.
    private static func written(
        _ snapshot: LogSnapshot, _ index: LeafIndex
    ) throws(LogReadFailure) -> UTCInstant? {
        let leaf = try snapshot.leaf(at: index)
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record): return record.logTime
        case .failure: return nil
        }
    }

    /// When the oldest record was written that is here and can be read.
    var oldestTime: UTCInstant? { oldest?.time }

    private var unchecked: UInt64 {
        snapshot.size.count - min(snapshot.size.count, check.last?.size ?? 0)
    }

    /// What is not covered by what was found, in a sentence.
    private var since: String {
        guard let last = check.last else {
            return check.failure.map { "Nothing was checked yet: \($0)" }
                ?? "Nothing was checked yet; the first check is under way."
        }
        let size = snapshot.size.count
        switch unchecked {
        case 0: return "The check of \(last.began.rfc3339) was of every record that there is."
        case 1:
            return "Record \(size - 1) has come since the check of \(last.began.rfc3339), "
                + "and was not checked."
        default:
            return "Records \(last.size) to \(size - 1) have come since the check of "
                + "\(last.began.rfc3339), and were not checked."
        }
    }

    private static let unknown = "Not known: no check of the whole log has come to its end."

    var members: [JSONMember] {
        let last = check.last
        return [
            JSONMember("origin", .string(facts.origin)),
            JSONMember("integrity", .string(last?.integrity ?? Self.unknown)),
            JSONMember("completeness", .string(last?.completeness ?? Self.unknown)),
            JSONMember("since", .string(since)),
            JSONMember("verdict", last.map { .string($0.verdict) } ?? .null),
            JSONMember("missing", last.map { .whole($0.missing) } ?? .null),
            JSONMember("check", checkJSON),
            JSONMember("size", .whole(snapshot.size.count)),
            JSONMember("checkpoint", checkpointJSON),
            JSONMember(
                "keys",
                .array(
                    facts.keys.map {
                        .object([
                            JSONMember("vkey", .string($0.text)),
                            JSONMember("key_id", .string("\($0.keyID)")),
                        ])
                    })),
            JSONMember("gaps", gapsJSON), JSONMember("unsettled", unsettledJSON),
            JSONMember("unrecorded", .whole(facts.unrecorded)),
            JSONMember("lost", .whole(facts.lost)),
            JSONMember("holds", .integer(Int64(facts.holds))),
            JSONMember("requests", .integer(Int64(facts.requests))),
            JSONMember("clock", clockJSON),
            JSONMember("durability", .string(facts.durability)),
            JSONMember("oldest", oldestJSON),
            JSONMember("segments_away", .integer(Int64(segmentsAway))),
            JSONMember("catalogued", .whole(catalogued)),
            JSONMember("obstacle", facts.obstacle.map { .string($0) } ?? .null),
        ]
    }

    private var checkJSON: JSONValue {
        var members = [
            JSONMember("last", check.last?.json ?? .null),
            JSONMember("unchecked", .whole(unchecked)),
            JSONMember(
                "age_seconds",
                check.last.map { .integer(max(0, now.seconds - $0.began.seconds)) } ?? .null),
        ]
        if let running = check.running {
            members.append(
                JSONMember(
                    "running",
                    .object([
                        JSONMember("began", .string(running.at.rfc3339)),
                        JSONMember("position", .whole(min(check.position, running.size))),
                        JSONMember("size", .whole(running.size)),
                    ])))
        }
        members.append(
            JSONMember("next_seconds", next.map { .integer($0.components.seconds) } ?? .null))
        members.append(JSONMember("cause", check.failure.map { .string($0) } ?? .null))
        return .object(members)
    }

    private var checkpointJSON: JSONValue {
        guard let checkpoint = snapshot.newest else { return .null }
        let published = snapshot.published?.claim.size.count ?? 0
        return .object(
            checkpoint.members + [
                JSONMember(
                    "age_seconds",
                    newest.map { .integer(max(0, now.seconds - $0.seconds)) } ?? .null),
                JSONMember("published_size", .whole(published)),
            ])
    }

    /// Numbers without a record, of every boot.
    private var gapsJSON: JSONValue {
        .array(
            (check.boots ?? []).flatMap { boot in
                boot.gaps.map { gap in
                    .object(
                        [JSONMember("boot", .string(boot.boot.text))] + (gap.json.members ?? []))
                }
            })
    }

    /// Boots that are over and did not end in order.
    private var unsettledJSON: JSONValue {
        .array(
            (check.boots ?? []).filter { !$0.isStopped && $0.boot != facts.boot }.map {
                .object([
                    JSONMember("boot", .string($0.boot.text)),
                    JSONMember("last_index", .whole($0.indexes.upperBound.value)),
                    JSONMember("last_seq", .whole($0.sequences.upperBound)),
                    JSONMember("producer", .string($0.producer)),
                ])
            })
    }

    private var clockJSON: JSONValue {
        .object([
            JSONMember("source", .string(facts.clock.source)),
            JSONMember("synchronised", .bool(facts.clock.isSynchronized)),
            JSONMember(
                "offset_us", facts.clock.offsetMicroseconds.map { .integer($0) } ?? .null),
            JSONMember("error_us", facts.clock.errorMicroseconds.map { .integer($0) } ?? .null),
        ])
    }

    private var oldestJSON: JSONValue {
        guard let oldest else { return .null }
        return .object([
            JSONMember("index", .whole(oldest.index)),
            JSONMember("time", oldest.time.map { .string($0.rfc3339) } ?? .null),
        ])
    }
}
