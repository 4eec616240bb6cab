// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Access
import Ledger
import LogFormat
import Merkle
import TestSupport
import Testing

@Suite("Access: which personal values are kept, and where")
struct PersonalValueTests {
    private static let nothing = PrivacyChoices(
        name: false, email: false, address: false, userAgent: false, path: false, query: false)

    private func values(
        _ group: CommitGroup, _ change: (inout PrivacyChoices) -> Void,
        credential: DeskBench.Credential = .key
    ) throws -> [JSONMember] {
        var privacy = Self.nothing
        change(&privacy)
        let bench = try DeskBench(DeskBench.Choices(privacy: privacy))
        try bench.perform(bench.request(query: "a=b", userAgent: "curl/8", credential: credential))
        let record = try #require(try bench.records().first)
        return try bench.disclosed(group, of: record)?.members ?? []
    }

    @Test("Each choice keeps its own value and nothing else")
    func each() throws {
        #expect(try values(.who) { $0.name = true }.map(\.name) == ["actor.name"])
        #expect(
            try values(.who) { $0.subject = true }
                == [JSONMember("actor.subject", .string("machine"))])
        #expect(
            try values(.where) { $0.address = true }
                == [JSONMember("src.ip", .string("203.0.113.7"))])
        #expect(
            try values(.where) { $0.port = true } == [JSONMember("src.port", .integer(51_234))])
        #expect(
            try values(.where) { $0.peerAddress = true }
                == [JSONMember("src.peer_ip", .string("10.0.0.9"))])
        #expect(
            try values(.where) { $0.tls = true }.map(\.name) == ["src.tls"])
        #expect(
            try values(.where) { $0.userAgent = true }
                == [JSONMember("user_agent", .string("curl/8"))])
        #expect(
            try values(.where) { $0.forwarded = true } == [
                JSONMember("src.forwarded", .array([.string("198.51.100.1"), .string("10.0.0.8")]))
            ])
        #expect(try values(.what) { $0.path = true }.map(\.name) == ["http.path"])
        #expect(try values(.what) { $0.query = true }.map(\.name) == ["http.query"])
        #expect(
            try values(.payload) { $0.fields = ["x-a", "x-b"] } == [
                JSONMember(
                    "http.request.headers", .object([JSONMember("x-b", .string("one, two"))]))
            ])
        for group in CommitGroup.allCases {
            #expect(try values(group) { _ in }.isEmpty, "\(group)")
        }
    }

    @Test(
        "A path that was not forwarded as it was sent is kept as it was sent, but for secrets",
        arguments: [
            ("/v1/invoices/1", "/./v1/%69nvoices/1", true), ("/v1/invoices/1", nil, false),
            // Between the slashes that are left is a password; or there would be one, if they were read so.
            ("/web/https://user:pw@host", "/web/https:/./\u{2F}user:pw@host", false),
            ("/web/a", "/web/https://user:pw@host", false),
        ] as [(String, String?, Bool)])
    func original(_ path: String, _ original: String?, _ isKept: Bool) throws {
        for keepsPath in [true, false] {
            var privacy = Self.nothing
            privacy.path = keepsPath
            privacy.query = true
            let bench = try DeskBench(DeskBench.Choices(privacy: privacy))
            try bench.perform(
                bench.request(
                    .get, path, originalPath: original, query: "a=b",
                    encodedSlash: path.contains("//")))
            let record = try #require(try bench.records().first)
            let values = try bench.disclosed(.what, of: record)
            #expect(values?["http.path_original"]?.string == (isKept && keepsPath ? original : nil))
            #expect(values?["http.query"]?.string == "a=b")
            #expect((values?["http.path"] != nil) == keepsPath)
            #expect(values?["http.path"]?.string?.contains("pw") != true)
        }
    }

    @Test("What a reload no longer keeps is not kept on connections that are open")
    func reloaded() throws {
        let bench = try DeskBench(
            DeskBench.Choices(
                privacy: PrivacyChoices(
                    name: true, email: true, address: true, userAgent: true, path: true,
                    query: true, subject: true, port: true, tls: true)))
        let access = bench.access()
        try bench.perform(bench.request(userAgent: "curl/8"), access)
        try bench.perform(bench.request(userAgent: "curl/8"), access)
        try bench.reload(Self.nothing)
        try bench.perform(bench.request(userAgent: "curl/8"), access)
        try bench.reload(
            PrivacyChoices(
                name: false, email: false, address: false, userAgent: true, path: false,
                query: false))
        try bench.perform(bench.request(userAgent: "curl/8"), access)
        let records = try bench.records()
        #expect(records.count == 4)
        #expect(records[0].commitments[.where] == records[1].commitments[.where])
        #expect(records[0].commitments[.who] == records[1].commitments[.who])
        #expect(records[2].commitments.isEmpty)
        #expect(records[3].commitments.count == 1)
        #expect(
            try bench.disclosed(.where, of: records[3])
                == .object([JSONMember("user_agent", .string("curl/8"))]))
    }

    @Test("A refused credential is named in the record: by its id in the leaf, by name under seal")
    func refusedCredential() throws {
        let bench = try DeskBench(
            DeskBench.Choices(
                privacy: PrivacyChoices(
                    name: true, email: true, address: true, userAgent: true, path: true,
                    query: true, subject: true)))
        try bench.perform(bench.request())
        try bench.perform(bench.request(credential: .otherKey))
        try bench.revokeKey()
        try bench.perform(bench.request())
        let records = try bench.records()
        #expect(records.map(\.reason) == ["role_match", "unknown_key", "key_revoked"])
        let unknown = try #require(records[1].value[path: "actor", "claimed"])
        #expect(unknown["key"]?.string == "aaaaaaaa")
        #expect(unknown["verified"]?.bool == false)
        #expect(unknown["method"]?.string == "apikey")
        #expect(unknown["uid"] == nil)
        #expect(try bench.disclosed(.who, of: records[1]) == nil)
        let revoked = try #require(records[2].value[path: "actor", "claimed"])
        #expect(revoked["verified"]?.bool == true)
        #expect(revoked["issuer"]?.string == "machines")
        // The holder is the same subject as when the key was good; the access is nobody's.
        #expect(revoked["uid"]?.string == records[0].actor)
        #expect(records[2].actor == "anonymous")
        let who = try #require(try bench.disclosed(.who, of: records[2]))
        #expect(who["actor.claimed.subject"]?.string == "machine")
        #expect(!String(decoding: records[2].leaf, as: UTF8.self).contains("\"machine\""))
    }

    @Test(
        "A credential of the service names nobody where it passes, and is told where it does not do"
    )
    func foreignCredential() throws {
        let bench = try DeskBench()
        let open = bench.access()
        #expect(
            open.exchange.begin(bench.request(.get, "/open", credential: .foreign(.tokenIssuer)))
                .shape == .forward)
        open.exchange.serviceAnswered(status: 200)
        _ = open.exchange.serviceFinished(requestSize: 0, responseSize: 0)
        _ = try bench.settle(open)
        let closed = bench.access()
        _ = closed.exchange.begin(bench.request(credential: .foreign(.tokenIssuer)))
        let answer = try #require(try bench.settle(closed).answer)
        #expect(answer.status == 401)
        #expect(answer.says(.tokenIssuer))
        #expect(answer.offersBasic)
        let records = try bench.records()
        #expect(records.map(\.actor) == ["anonymous", "anonymous"])
        #expect(records.map(\.reason) == ["rule_allowed", "token_issuer"])
        #expect(records.allSatisfy { $0.value[path: "actor", "claimed"] == nil })
    }
}

extension DeskBench {
    /// One exchange from its beginning to its end, whatever that is.
    func perform(_ request: consuming AccessRequest, _ access: TestedAccess? = nil) throws {
        let access = access ?? self.access()
        if access.exchange.begin(request).shape == .forward {
            access.exchange.serviceAnswered(status: 200)
            _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 0)
        }
        _ = try settle(access)
    }

    /// What a record commits to in a group, opened with the keys of the log.
    func disclosed(_ group: CommitGroup, of record: Record) throws -> JSONValue? {
        guard let commitment = record.commitments[group] else { return nil }
        let subjects = KeyStoreImage<SubjectSlot>(storage.files[.subjects] ?? [])
        let periods = KeyStoreImage<PeriodSlot>(storage.files[.periods] ?? [])
        for block in DisclosureBlock.scan(
            storage.files[.disclosures(SegmentNumber(0))] ?? []
        ).blocks {
            let subject = try #require(subjects.slots[block.subject]?.slot.key)
            let period = try #require(periods.slots[block.period]?.slot.key)
            for opened in try block.open(subject: subject, period: period)
            where opened.commitment == commitment {
                #expect(opened.matchesCommitment)
                return try JSONParser.parse(opened.value, as: .canonical, deepest: 6)
            }
        }
        return nil
    }
}
