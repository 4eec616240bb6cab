// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Console
import HTTPTypes
import Hummingbird
import LogReading
import Merkle
import SignedNotes

/// What was signed of the log, and that each of it continues what was signed before.
struct CheckpointEndpoints: AuditorGroup {
    let desk: AuditorDesk

    private static let mostRows: Int64 = 1000

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .get, "/checkpoints", .logRead, "List published checkpoints, the newest first.",
                parameters: [
                    AuditorParameter(
                        "limit", .number(1...Self.mostRows), "Most rows of a page, 100 by default.",
                        example: "50"),
                    AuditorParameter(
                        "before", .number(0...JSONValue.largestInteger),
                        "Only those before this position: next of the page before.",
                        example: "2000"),
                    AskedQuery.purposeParameter,
                ], answers: [AuditorAnswer(.json, schema: "CheckpointPage")],
                problems: [.logUnreadable, .unrecorded], list),
            AuditorOperation(
                .get, "/checkpoints/consistency", .logRead,
                "Prove that the log of one size is the beginning of the log of another (RFC 9162 §2.1.4).",
                parameters: [
                    AuditorParameter(
                        "from", .number(0...JSONValue.largestInteger), "The smaller size.",
                        example: "1000"),
                    AuditorParameter(
                        "to", .number(0...JSONValue.largestInteger),
                        "The larger size; that of the newest checkpoint where it is left out.",
                        example: "2000"),
                    AskedQuery.purposeParameter,
                ], answers: [AuditorAnswer(.json, schema: "ConsistencyProof")],
                problems: [.badParameter, .badRange, .logUnreadable, .unrecorded], consistency),
        ]
    }

    private func list(_ call: AuditorCall) async throws -> Response {
        let limit = Int(call.number("limit") ?? 100)
        let before = call.number("before")
        return try await desk.reading { [desk] in
            let snapshot = try desk.answering { try desk.sources.snapshot() }
            let all = try desk.answering { try snapshot.checkpointFiles() }.journal
            let end = min(all.count, before.map { Int(clamping: $0) } ?? all.count)
            let start = max(0, end - limit)
            let rows = all[start..<end].reversed()
            var members = [
                JSONMember("rows", .array(rows.map(\.json))),
                JSONMember("more", .bool(start > 0)),
                JSONMember("total", .integer(Int64(all.count))),
                JSONMember("newest", snapshot.newest.map { $0.json } ?? .null),
            ]
            if start > 0 { members.append(JSONMember("next", .integer(Int64(start)))) }
            return try desk.answer(
                members, to: call, about: ["checkpoints", "\(start)..<\(end)"], rows: rows.count,
                range: "0..<\(snapshot.size.count)")
        }
    }

    private func consistency(_ call: AuditorCall) async throws -> Response {
        guard let from = call.number("from").map({ UInt64($0) }) else {
            throw AuditorProblem.badParameter.problem(
                "from is left out.", remedy: "Give the smaller of both sizes.",
                [JSONMember("parameter", .string("from"))])
        }
        let wanted = call.number("to").map { UInt64($0) }
        return try await desk.reading { [desk] in
            try desk.answering {
                let snapshot = try desk.sources.snapshot()
                let to = wanted ?? snapshot.size.count
                guard from <= to, to <= snapshot.size.count else {
                    throw AuditorProblem.badRange.problem(
                        "The log has \(snapshot.size.count) records, and from \(from) to \(to) is no part of its history.",
                        remedy: "Give two of its sizes, the smaller one first.")
                }
                var reader = try snapshot.hashReader()
                let proof = try ConsistencyProof(
                    old: TreeSize(from), new: TreeSize(to), reading: &reader)
                let (old, new) = (
                    try reader.root(at: TreeSize(from)), try reader.root(at: TreeSize(to))
                )
                var response = try desk.answer(
                    [
                        JSONMember("from", .whole(from)), JSONMember("to", .whole(to)),
                        JSONMember("from_root", .string(old.hash.base64)),
                        JSONMember("to_root", .string(new.hash.base64)),
                        JSONMember(
                            "path", .array(proof.path.map { .string($0.hash.base64) })),
                    ], to: call, about: ["consistency", "\(from)", "\(to)"], rows: 1,
                    range: "0..<\(to)")
                response.headers[.vary] = "Authorization, Cookie"
                return response
            }
        }
    }
}

extension FoundCheckpoint {
    /// One of those that were published; its note as it was, whatever it is.
    fileprivate var json: JSONValue {
        guard let checkpoint else {
            return .object([
                JSONMember("position", .integer(Int64(position))), JSONMember("size", .null),
            ])
        }
        return .object(
            [JSONMember("position", .integer(Int64(position)))] + checkpoint.members)
    }
}

extension UnverifiedCheckpoint {
    var json: JSONValue { .object(members) }

    /// What it claims, who signed it, and the note itself.
    var members: [JSONMember] {
        let origin = claim.origin.text
        func names(_ isLog: Bool) -> JSONValue {
            .array(
                note.signatures.filter { ($0.name.text == origin) == isLog }.map {
                    .object([
                        JSONMember("name", .string($0.name.text)),
                        JSONMember("key_id", .string("\($0.keyID)")),
                    ])
                })
        }
        return [
            JSONMember("size", .whole(claim.size.count)),
            JSONMember("root", .string(claim.root.hash.base64)),
            JSONMember("origin", .string(origin)), JSONMember("signatures", names(true)),
            JSONMember("cosignatures", names(false)),
            JSONMember("note", .string(String(decoding: note.encode(), as: UTF8.self))),
        ]
    }
}
