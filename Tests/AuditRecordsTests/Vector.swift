// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Merkle
import Testing

/// The published test vector of the record format.
struct Vector {
    let json: JSONValue

    init() throws {
        let path = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let file = try readFile("/\(path)/Resources/record.json")
        json = try JSONParser.parse(file, as: .strict, deepest: 8)
    }

    var leaf: [UInt8] { get throws { Array(try #require(json["leaf"]?.string).utf8) } }

    func hash(_ name: String) throws -> Hash256 {
        let text = try #require(json[name]?.string)
        let bytes = try #require(Base64.decode(text))
        return try #require(Hash256(bytes))
    }

    func bytes(_ group: CommitGroup, _ name: String) throws -> [UInt8] {
        let text = try #require(json[path: "disclosures", group.rawValue, name]?.string)
        return name == "value" ? Array(text.utf8) : try #require(Base64.decode(text))
    }

    func salt(_ group: CommitGroup) throws -> Salt { try #require(Salt(try bytes(group, "salt"))) }
}

/// Values that many tests start from.
enum Sample {
    static let time = UTCInstant(microseconds: 1_795_250_832_345_678)
    static let boot = UniqueID("019dab00-0000-7000-8000-000000000001")
    static let uid = UniqueID("019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f")
    static let origin = EncodedText("audit.example.com/prod").bytes

    static func subject(_ id: SubjectID = .tenant, fill: UInt8 = 7) -> SubjectKey {
        SubjectKey(
            id: id, lookup: .zero,
            key: SymmetricKey(data: [UInt8](repeating: fill, count: 32)))
    }

    static func producer() throws -> EncodedProducer {
        EncodedProducer(uid: "proxy-a", boot: try #require(boot))
    }

    static func decision(
        _ effect: Decision.Effect = .allow, _ reason: Reason = .roleMatch
    ) -> EncodedDecision {
        EncodedDecision(
            Decision(
                effect: effect, policy: "billing/read", policyVersion: "sha256:3f1c", rule: "r-12",
                reason: reason))
    }

    /// An ordinary granted GET.
    static func access() throws -> AccessRecord {
        AccessRecord(
            uid: try #require(uid), time: time, stage: .complete, actor: .anonymous,
            service: EncodedService(name: "billing-api", address: nil, port: nil, tlsVerified: nil),
            http: HTTPFacts(
                method: .get, scheme: .https, version: .http11,
                route: EncodedRoute("/v1/invoices/{id}"), status: 200),
            decision: decision(), end: EventEnd(.roleMatch, status: 200), reason: nil,
            commitments: .none)
    }

    static func complete(_ draft: RecordDraft, index: UInt64 = 5, sequence: UInt64 = 3) -> [UInt8] {
        var leaf: [UInt8] = []
        draft.complete(
            index: LeafIndex(index), encodedOrigin: origin, previous: .zero, time: time,
            sequence: sequence, into: &leaf)
        return leaf
    }
}
