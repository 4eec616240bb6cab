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

/// That a record is in the signed log, for whoever believes nobody.
struct ProofEndpoints: AuditorGroup {
    let desk: AuditorDesk

    private static let parameters = [
        AuditorParameter(
            "index", .number(0...JSONValue.largestInteger),
            "Which of the access's records; its newest where this is left out.", example: "4211"),
        AuditorParameter(
            "size", .number(1...JSONValue.largestInteger),
            "The size of a published checkpoint to prove against, whose proof never changes; the newest signed one where this is left out.",
            example: "5000"),
        AuditorParameter(
            "format", .choice(["tlog", "json"]),
            "A C2SP tlog-proof file, or its parts as JSON; what Accept asks for where this is left out.",
            example: "tlog"),
        AskedQuery.purposeParameter,
    ]

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .get, "/records/{record}/proof", .logRead,
                "Prove that a record is in the signed log, as a C2SP tlog-proof.",
                parameters: Self.parameters,
                answers: [
                    AuditorAnswer(.plainText, schema: nil),
                    AuditorAnswer(.json, schema: "RecordProof"),
                ],
                problems: [
                    .unknownParameter, .badParameter, .notFound, .rightMissing, .timedOut,
                    .catalogRebuilding, .logUnreadable, .unrecorded,
                ], prove)
        ]
    }

    private func prove(_ call: AuditorCall) async throws -> Response {
        let wanted = try SingleRecord(call)
        let isJSON = Self.wantsJSON(call)
        let found = try await desk.reading { [desk] in try wanted.find(at: desk) }
        if found.isOfReading { try await desk.require(.auditRead, of: call.reader) }
        return try await desk.reading { [desk] in
            let proof = try RecordProof(found, wanted, call, at: desk)
            _ = try desk.record(wanted.reading(found, 1), by: call.reader)
            return proof.answer(isJSON: isJSON)
        }
    }

    private static func wantsJSON(_ call: AuditorCall) -> Bool {
        if let format = call["format"] { return format == "json" }
        return call.request.headers[.accept]?.lowercased().contains("application/json") ?? false
    }
}

/// One record and its proof. Blocks.
private struct RecordProof {
    private let leaf: [UInt8]
    private let proof: TlogProof
    /// Whether these bytes are the same whenever somebody asks.
    private let isFixed: Bool

    init(
        _ found: SingleRecord.Found, _ wanted: SingleRecord, _ call: AuditorCall,
        at desk: AuditorDesk
    ) throws {
        let leaves = found.leaves
        let index = call.number("index").map { LeafIndex(UInt64($0)) }
        guard
            let record = index.map({ index in leaves.first { $0.index == index } }) ?? leaves.last
        else {
            throw AuditorProblem.notFound.problem(
                "The access has no record of this index.",
                remedy: "Leave index out, or take one of the access's records.")
        }
        let (snapshot, size) = (found.snapshot, call.number("size").map { TreeSize(UInt64($0)) })
        leaf = record.leaf
        isFixed = size != nil && (index != nil || wanted.isIndex)
        proof = try desk.answering {
            guard let checkpoint = try Self.checkpoint(of: size, in: snapshot),
                checkpoint.claim.size.contains(record.index)
            else {
                throw AuditorProblem.badParameter.problem(
                    "No checkpoint of this size that covers the record was published.",
                    remedy: "Take a size of /api/v1/checkpoints, or leave size out.",
                    [JSONMember("parameter", .string("size"))])
            }
            let inclusion: InclusionProof
            if checkpoint == snapshot.newest {
                inclusion = try snapshot.inclusion(of: LeafHash(of: record.leaf), at: record.index)
            } else {
                var reader = try snapshot.hashReader()
                inclusion = try InclusionProof(
                    index: record.index, size: checkpoint.claim.size, reading: &reader)
            }
            return TlogProof(extra: record.leaf, inclusion: inclusion, checkpoint: checkpoint)
        }
        guard proof.inclusion.root(of: LeafHash(of: leaf)) == proof.checkpoint.claim.root else {
            throw AuditorProblem.logUnreadable.problem(
                "The log does not show that it holds what was signed at \(record.index.value).",
                remedy: "countersign verify says what was changed.")
        }
    }

    /// The newest checkpoint, or the published one of a size.
    private static func checkpoint(
        of size: TreeSize?, in snapshot: LogSnapshot
    ) throws(LogReadFailure) -> UnverifiedCheckpoint? {
        guard let size else { return snapshot.newest }
        return try snapshot.checkpointFiles().journal.lazy.compactMap(\.checkpoint).first {
            $0.claim.size == size
        }
    }

    func answer(isJSON: Bool) -> Response {
        let text = proof.encode()
        var response: Response
        if isJSON {
            response = .json(
                .object([
                    JSONMember("index", .whole(proof.index.value)),
                    JSONMember("leaf", .string(Base64.encode(leaf))),
                    JSONMember("leaf_hash", .string(LeafHash(of: leaf).hash.base64)),
                    JSONMember("siblings", .array(proof.path.map { .string($0.hash.base64) })),
                    JSONMember("checkpoint", proof.checkpoint.json),
                    JSONMember("proof", .string(String(decoding: text, as: UTF8.self))),
                ]))
        } else {
            response = .content(text, type: .plainText, .none)
            response.headers[.contentDisposition] =
                "attachment; filename=\"record-\(proof.index.value).tlog-proof\""
        }
        // By index and size, the bytes are the same for good; not for those who may not read them.
        if isFixed {
            response.headers[.cacheControl] = "private, max-age=31536000, immutable"
            response.headers[.vary] = "Authorization, Cookie"
        }
        return response
    }
}
