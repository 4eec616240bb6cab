// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Merkle
import Testing

@Suite struct AccessRecordTests {
    private func leaf(_ record: AccessRecord, host: [UInt8] = []) throws -> [UInt8] {
        Sample.complete(record.draft(host: host.span, producer: try Sample.producer()))
    }

    @Test(
        "Whatever the host's bytes, the leaf is a valid record",
        arguments: [
            Array("a\r\nSet-Cookie: b".utf8), Array(#"a"b\c"#.utf8), [0], [0x1F, 0x7F],
            [0xFF, 0xFE],
            [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], Array("ü😀\u{2028}".utf8),
            Array(#"","uid":"forged"}"#.utf8),
        ])
    func hostileHost(host: [UInt8]) throws {
        let leaf = try leaf(try Sample.access(), host: host)
        let record = try Record(leaf: leaf)
        #expect(record.faults.isEmpty)
        #expect(record.uid == Sample.uid)
        #expect(
            record.value[path: "http", "host"]?.string == String(decoding: host, as: UTF8.self))
    }

    @Test("Every byte as a host gives a valid record")
    func everyByte() throws {
        for byte in UInt8.min...UInt8.max {
            #expect(try Record.faults(inLeaf: leaf(Sample.access(), host: [byte])).isEmpty)
        }
    }

    @Test(
        "A string is cut beyond 2,048 bytes and its path noted",
        arguments: [255, 256, 257, 2047, 2048, 2049, 4096, 65_535, 70_000])
    func longHost(count: Int) throws {
        let record = try Record(
            leaf: try leaf(
                try Sample.access(), host: [UInt8](repeating: UInt8(ascii: "h"), count: count)))
        #expect(record.faults.isEmpty)
        #expect(record.value[path: "http", "host"]?.string?.utf8.count == min(count, 2048))
        let truncated = record.value["truncated"]?.array
        #expect(truncated == (count > 2048 ? [.string("http.host")] : nil))
    }

    @Test("A string is cut between two scalars", arguments: 0..<4)
    func cutAtScalar(offset: Int) throws {
        let host =
            [UInt8](repeating: UInt8(ascii: "h"), count: offset)
            + Array(
                String(repeating: "😀", count: 600).utf8)
        let record = try Record(leaf: try leaf(try Sample.access(), host: host))
        #expect(record.faults.isEmpty)
        let text = try #require(record.value[path: "http", "host"]?.string)
        #expect(text.utf8.count == (2048 - offset) / 4 * 4 + offset)
        #expect(!text.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test("Path and query are repaired and cut, and the record says so")
    func longQuery() throws {
        var record = try Sample.access()
        let what = Disclosure.what(
            path: [0x2F, 0xFF, 0x22].span, query: [UInt8](repeating: 0x0A, count: 3000).span,
            subject: Sample.subject(), salt: try #require(Salt([UInt8](repeating: 1, count: 32))))
        record.commitments = Commitments(what: what)
        let value = try JSONParser.parse(Array(what.value), as: .canonical, deepest: 6)
        #expect(value["http.path"]?.string == "/\u{FFFD}\"")
        #expect(value["http.query"]?.string == String(repeating: "\n", count: 2048))
        let read = try Record(leaf: try leaf(record))
        #expect(read.faults.isEmpty)
        #expect(read.value["truncated"]?.array == [.string("http.query")])
        #expect(read.commitments == [.what: what.commitment])
    }

    @Test("Roles beyond 64 are cut and the record says so")
    func manyRoles() throws {
        var record = try Sample.access()
        record.actor = EncodedActor(
            Principal(
                uid: "sub_1", kind: .user, issuer: "", roles: (0..<65).map { "role-\($0)" },
                session: nil, authentication: .none))
        let read = try Record(leaf: try leaf(record))
        #expect(read.faults.isEmpty)
        #expect(read.value[path: "actor", "roles"]?.array?.count == 64)
        #expect(read.value[path: "actor", "issuer"] == nil)
        #expect(read.value["truncated"]?.array == [.string("actor.roles")])
    }

    @Test("A record refused before routing needs no method, host, route or status")
    func refused() throws {
        var record = try Sample.access()
        record.stage = .refused
        record.service = .countersign
        record.http = HTTPFacts(method: nil, scheme: nil, version: nil, route: nil)
        record.reason = .malformedRequestLine
        record.end = EventEnd(.malformedRequestLine, status: 400)
        record.activity = AccessActivity(nil)
        record.decision = EncodedDecision(
            Decision(
                effect: .deny, policy: Decision.unrouted, policyVersion: "sha256:0",
                rule: Decision.defaultRule, reason: .malformedRequestLine))
        let read = try Record(leaf: try leaf(record))
        #expect(read.faults.isEmpty)
        #expect(read.value["http"] == nil)
        #expect(read.stage == .refused)
        #expect(read.reason == "malformed_request_line")
        #expect(read.outcome == .failure)
        #expect(read.event("activity")?.integer == 99)
        #expect(read.value[path: "event", "message"]?.string == Reason.malformedRequestLine.message)
    }

    @Test("Every reason and stage makes a valid record", arguments: Reason.allCases)
    func reasons(reason: Reason) throws {
        for stage in RecordStage.allCases {
            var record = try Sample.access()
            record.stage = stage
            record.reason = reason
            record.end = stage == .started ? .open : EventEnd(reason, status: 503)
            record.decision = Sample.decision(reason.effect, reason)
            record.zone = EncodedText("dmz")
            record.facts = RecordFacts(
                inspection: InspectionFacts(findings: 2, redacted: 0, rules: ["942100", "x"]))
            record.limit = LimitFacts(
                bucket: EncodedText("actor"), limit: 1, remaining: 0, resetSeconds: 60)
            record.dataTags = ["pan", "pii"]
            #expect(try Record.faults(inLeaf: leaf(record)).isEmpty)
        }
    }

    @Test("Methods outside the registry are named _OTHER with the original beside it")
    func methods() throws {
        for (token, method, original) in [
            ("PROPFIND", "PROPFIND", nil), ("BREW", "_OTHER", "BREW"), ("A\"\n", "_OTHER", "A\"\n"),
            ("DELETE", "DELETE", nil), ("QUERY", "QUERY", nil),
        ] {
            var record = try Sample.access()
            record.http.method = Method(token)
            let read = try Record(leaf: try leaf(record))
            #expect(read.faults.isEmpty)
            #expect(read.method == method)
            #expect(read.value[path: "http", "method_original"]?.string == original)
        }
    }

    @Test("The verb decides the activity")
    func activities() {
        let expected: [(String, Int)] = [
            ("POST", 1), ("GET", 2), ("HEAD", 2), ("OPTIONS", 2), ("QUERY", 2), ("PUT", 3),
            ("PATCH", 3), ("DELETE", 4), ("BREW", 99),
        ]
        for (token, activity) in expected {
            #expect(AccessActivity(Method(token)).rawValue == activity)
        }
        #expect(AccessActivity(nil) == .other)
    }

    @Test("A granted access fails only with a server's error")
    func ends() {
        #expect(EventEnd(.roleMatch, status: 404).outcome == .success)
        #expect(EventEnd(.roleMatch, status: 499).outcome == .success)
        #expect(EventEnd(.roleMatch, status: 500) == EventEnd(outcome: .failure, severity: .medium))
        #expect(EventEnd(.roleMatch, status: nil).severity == .informational)
        #expect(EventEnd(.interrupted, status: nil).outcome == .unknown)
        for reason in Reason.allCases where reason.kind != .granted {
            #expect(EventEnd(reason, status: reason.status.map(UInt16.init)).outcome != .success)
            #expect(EventEnd(reason, status: nil).severity > .informational)
        }
    }

    @Test("The largest numbers fit the bound that is checked before queueing")
    func bound() throws {
        let draft = try Sample.access().draft(
            host: [UInt8]().span, producer: try Sample.producer())
        var leaf: [UInt8] = [1, 2]
        draft.complete(
            index: LeafIndex(1 << 53 - 1), encodedOrigin: Sample.origin, previous: .zero,
            time: Sample.time, sequence: 1 << 53 - 1, into: &leaf)
        #expect(leaf.count - 2 <= draft.completedSize(encodedOrigin: Sample.origin))
        #expect(Record.faults(inLeaf: Array(leaf.dropFirst(2))).isEmpty)
    }

    @Test("An ordinary GET of a person makes a leaf of at most 1,200 bytes")
    func ordinarySize() throws {
        var record = try Sample.access()
        let salt = try #require(Salt([UInt8](repeating: 1, count: 32)))
        record.actor = EncodedActor(
            Principal(
                uid: "sub_0123456789abcdef", kind: .user, issuer: "https://id.example.com",
                roles: ["billing-reader"], session: nil,
                authentication: Authentication(method: .oidc, token: "tok_0123456789ab")))
        record.durationMicroseconds = 1234
        record.http.upstreamStatus = 200
        record.http.requestSize = 0
        record.http.responseSize = 1843
        record.commitments = Commitments(
            who: Disclosure.who(
                name: "A", email: nil, subject: Sample.subject(), salt: salt),
            where: Disclosure(
                .where, value: .object([]), subject: Sample.subject(), salt: salt),
            what: Disclosure(.what, value: .object([]), subject: Sample.subject(), salt: salt))
        let leaf = try leaf(record, host: Array("api.example.com".utf8))
        #expect(leaf.count <= 1200)
    }
}
