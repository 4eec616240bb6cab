// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Merkle
import Testing

@Suite struct VectorTests {
    @Test("The access record of the vector is written byte for byte")
    func leaf() throws {
        let vector = try Vector()
        var commitments: [CommitGroup: Disclosure] = [:]
        for group in CommitGroup.allCases {
            let value = try JSONParser.parse(
                try vector.bytes(group, "value"), as: .canonical, deepest: 6)
            commitments[group] = Disclosure(
                group, value: value, subject: Sample.subject(), salt: try vector.salt(group))
        }
        var record = try Sample.access()
        record.actor = EncodedActor(
            Principal(
                uid: "sub_7q4m2xk9", kind: .user, issuer: "https://id.example.com",
                roles: ["billing-reader"], session: "ses_51f0c2",
                authentication: Authentication(
                    method: .oidc, multiFactor: true, binding: .dpop,
                    key: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", token: "tok_9be1")))
        record.service = EncodedService(
            name: "billing-api", address: "billing.internal", port: 8443, tlsVerified: true)
        record.http = HTTPFacts(
            method: .get, scheme: .https, version: .http2,
            route: EncodedRoute("/v1/invoices/{id}"), status: 200, upstreamStatus: 200,
            requestSize: 0, responseSize: 1843)
        record.durationMicroseconds = 18342
        record.commitments = Commitments(
            who: commitments[.who], where: commitments[.where], what: commitments[.what],
            payload: commitments[.payload])
        record.trace = TraceContext(
            traceHigh: 0x4bf9_2f35_77b3_4da6, traceLow: 0xa3ce_929d_0e0e_4736,
            span: 0x00f0_67aa_0ba9_02b7)
        record.limit = LimitFacts(
            bucket: EncodedText("actor"), limit: 100, remaining: 87, resetSeconds: nil)
        record.facts = RecordFacts(
            inspection: InspectionFacts(findings: 0, redacted: 2, rules: []))
        record.dataTags = ["pii"]

        let draft = record.draft(
            host: Array("api.example.com".utf8).span, producer: try Sample.producer())
        var leaf: [UInt8] = []
        let previous = try #require(
            Base64.decode("iZIhwkiPG6Jj8lO2L8UNKJ0YuZ335kLlyQzw6K3FjaM="))
        draft.complete(
            index: LeafIndex(48229), encodedOrigin: Sample.origin,
            previous: try #require(Hash256(previous)),
            time: try #require(UTCInstant(rfc3339: "2026-11-21T08:47:12.364103Z")),
            sequence: 48213, into: &leaf)
        #expect(
            try String(decoding: leaf, as: UTF8.self)
                == String(decoding: vector.leaf, as: UTF8.self))
        #expect(leaf.count == 1578)
        #expect(leaf.count <= draft.completedSize(encodedOrigin: Sample.origin))
        #expect(Record.faults(inLeaf: leaf).isEmpty)
    }

    @Test(
        "The commitments of all four groups open with their salts", arguments: CommitGroup.allCases)
    func commitment(group: CommitGroup) throws {
        let vector = try Vector()
        let expected = try #require(Hash256(try vector.bytes(group, "commit")))
        let value = try vector.bytes(group, "value")
        #expect(
            try Disclosure.commitment(group: group, salt: vector.salt(group), value: value)
                == expected)
        for other in CommitGroup.allCases where other != group {
            #expect(
                try Disclosure.commitment(group: other, salt: vector.salt(group), value: value)
                    != expected)
        }
    }

    @Test("The builders write the values of the vector")
    func builders() throws {
        let vector = try Vector()
        let who = try #require(
            Disclosure.who(
                name: "Alice Moreau", email: "alice@example.com", subject: Sample.subject(),
                salt: try vector.salt(.who)))
        let place = Disclosure.where(
            address: Array("203.0.113.7".utf8).span, port: 51234, peerAddress: [UInt8]().span,
            userAgent: Array("curl/8.9.1".utf8).span, forwarded: [], tls: nil,
            subject: Sample.subject(), salt: try vector.salt(.where))
        let what = Disclosure.what(
            path: Array("/v1/invoices/inv_8831".utf8).span,
            query: Array("expand=lines".utf8).span,
            resources: [DisclosedResource(type: "invoice", uid: "inv_8831")],
            subject: Sample.subject(), salt: try vector.salt(.what))
        for disclosure in [who, place, what] {
            #expect(
                try String(decoding: disclosure.value, as: UTF8.self)
                    == String(
                        decoding: vector.bytes(disclosure.group, "value"), as: UTF8.self))
            #expect(try disclosure.commitment.bytes == (vector.bytes(disclosure.group, "commit")))
            #expect(try Array(disclosure.salt) == (vector.bytes(disclosure.group, "salt")))
            #expect(disclosure.truncated.isEmpty)
        }
    }

    @Test("Leaf hash, sibling and root are those of the vector")
    func tree() throws {
        let vector = try Vector()
        let first = SHA256.hash(data: [0] + (try vector.leaf))
        let second = SHA256.hash(data: [0] + Array("second".utf8))
        #expect(try Hash256(first) == (vector.hash("leaf_hash")))
        #expect(try Hash256(second) == (vector.hash("second_leaf_hash")))
        let root = SHA256.hash(data: [1] + Array(first) + Array(second))
        #expect(try Hash256(root) == (vector.hash("root_of_two")))
    }

    @Test("Reading the vector gives back every member")
    func reading() throws {
        let vector = try Vector()
        let record = try Record(leaf: try vector.leaf)
        #expect(record.faults.isEmpty)
        #expect(record.uid == Sample.uid)
        #expect(record.index == LeafIndex(48229))
        #expect(record.origin == "audit.example.com/prod")
        #expect(record.logTime?.rfc3339 == "2026-11-21T08:47:12.364103Z")
        #expect(record.previous?.bytes.first == 0x89)
        #expect(record.producer == "proxy-a")
        #expect(record.boot == Sample.boot)
        #expect(record.sequence == 48213)
        #expect(record.time == UTCInstant(rfc3339: "2026-11-21T08:47:12.345678Z"))
        #expect(record.durationMicroseconds == 18342)
        #expect(record.stage == .complete)
        #expect(record.action == "http.request")
        #expect(record.outcome == .success)
        #expect(record.severity == .informational)
        #expect(record.reason == "role_match")
        #expect(record.actor == "sub_7q4m2xk9")
        #expect(record.actorKind == .user)
        #expect(record.service == "billing-api")
        #expect(record.effect == .allow)
        #expect(record.rule == "r-12")
        #expect(record.policyVersion == "sha256:3f1c")
        #expect(record.method == "GET")
        #expect(record.route == "/v1/invoices/{id}")
        #expect(record.status == 200)
        #expect(record.previousBoot == nil)
        for group in CommitGroup.allCases {
            #expect(try record.commitments[group]?.bytes == (vector.bytes(group, "commit")))
        }
    }
}
