// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Foundation
import LogReading
import Merkle
import SystemPackage
import TestSupport
import Testing

@testable import AuditorAPI

@Suite struct `What belongs to a record` {
    @Test func `is the text of the rules that decided, whose digest is their version`()
        async throws
    {
        let console = try AskedConsole(2)
        let text = Array(#"[{"name":"billing-api","rules":[]}]"#.utf8)
        let digest = Hex.encode(SHA256.hash(data: text))
        try FileManager.default.createDirectory(
            atPath: console.log.path.appending("rules").string, withIntermediateDirectories: true)
        try console.log.write(text, to: "rules/" + digest)
        let answer = try await console.get("/api/v1/rules/" + digest)
        #expect(answer.status == 200)
        #expect(answer.body == text)
        #expect(answer.field("Cache-Control")?.contains("immutable") == true)
        // A file that is not what its name says proves nothing.
        try console.log.write(text + [0x20], to: "rules/" + digest)
        #expect(try await console.get("/api/v1/rules/" + digest).status == 404)
        let other = String(repeating: "0", count: 64)
        for name in [other, "x", "..%2F..%2Fcheckpoint"] {
            #expect(try await console.get("/api/v1/rules/" + name).status == 404, "\(name)")
        }
    }

    @Test func `is the event of another schema, sealed until a purpose is named`() async throws {
        let console = try AskedConsole(4)
        let sealed = try await console.get("/api/v1/records/3/ocsf")
        #expect(sealed.status == 200, "\(sealed)")
        let event = try sealed.json
        #expect(event[path: "metadata", "version"]?.string == "1.8.0")
        #expect(event["class_uid"]?.integer == 6003)
        let leaf = try LogSnapshot(directory: console.log.path).leaf(at: LeafIndex(3))
        #expect(
            event[path: "raw_data_hash", "value"]?.string
                == Hex.encode(LeafHash(of: leaf).hash.bytes))
        #expect(!String(decoding: sealed.body, as: UTF8.self).contains("Bob"))
        let bare = try await console.get("/api/v1/records/3/ocsf?disclose=who")
        #expect(try bare.code == "purpose_missing")
        let before = console.desk.readings.count
        let opened = try await console.get(
            "/api/v1/records/3/ocsf?disclose=who&purpose=AUD-1")
        #expect(String(decoding: opened.body, as: UTF8.self).contains("Bob"))
        #expect(console.desk.readings.count == before + 1)
        #expect(
            try await console.get("/api/v1/records/3/ocsf?disclose=who&purpose=x", as: .operator)
                .status == 403)
    }

    @Test func `is what its commitments can be computed from again, where values are opened`()
        async throws
    {
        let console = try AskedConsole(4)
        let sealed = try await console.get("/api/v1/records/2").json
        #expect(sealed["records"]?.array?.first?["opened"] == nil)
        let json = try await console.get("/api/v1/records/2?disclose=who,what&purpose=AUD-1").json
        let record = try #require(json["records"]?.array?.first)
        let opened = try #require(record["opened"]?.array)
        #expect(opened.compactMap { $0["group"]?.string } == ["what", "who"])
        for one in opened {
            let group = try #require(one["group"]?.string)
            let salt = try #require(one["salt"]?.string.flatMap { Base64.decode($0) })
            let value = try #require(one["value"]?.string.flatMap { Base64.decode($0) })
            let text = Array("countersign/commit/v1\n\(group)".utf8) + [0] + salt + value
            #expect(
                record[path: "record", "commit", group]?.string
                    == Base64.encode(Array(SHA256.hash(data: text))))
        }
    }

    @Test func `is proposed while a query is written, and nothing of the log is read for it`()
        async throws
    {
        let console = try AskedConsole(2)
        let fields = try await console.post("/api/v1/complete", #"{"q":"is:denied serv"}"#).json
        #expect(fields["rows"]?.array?.first?["text"] == .string("service:"))
        #expect(fields["from"]?.integer == 10 && fields["to"]?.integer == 14)
        #expect(fields["rows"]?.array?.first?["meaning"]?.string?.isEmpty == false)
        let words = try await console.post("/api/v1/complete", #"{"q":"is:den","at":6}"#).json
        #expect(words["rows"]?.array?.first?["text"] == .string("denied"))
        let values = try await console.post("/api/v1/complete", #"{"q":"actor:"}"#).json
        #expect(values["field"] == .string("actor") && values["personal"] == .bool(true))
        #expect(try await console.post("/api/v1/complete", "{}").status == 200)
        #expect(try await console.post("/api/v1/complete", "{}", as: .admin).status == 403)
        #expect(console.desk.readings.isEmpty)
    }

    @Test func `is the configuration that it was decided under, for all who see the status`()
        async throws
    {
        let console = try AskedConsole(1)
        for role in Role.allCases {
            let answer = try await console.get("/api/v1/settings", as: role)
            #expect(answer.status == 200)
            #expect(try answer.json["yaml"] == .string("version: 1\n"))
        }
        #expect(try await console.get("/api/v1/settings", as: nil).status == 401)
    }

    @Test func `is who was seen with what, and how often that was refused`() async throws {
        let console = try AskedConsole(30)
        let json = try await console.get("/api/v1/pairs?of=service&q=category:access").json
        let rows = try #require(json["rows"]?.array)
        #expect(rows.reduce(0) { $0 + ($1["accesses"]?.integer ?? 0) } == 30)
        #expect(Set(rows.compactMap { $0["actor"]?.string }).count == 2)
        #expect(rows.allSatisfy { $0["refused"] == .integer(0) })
        #expect(json["relation"] == .string("exact") && json["others"] == .integer(0))
        let few = try await console.get("/api/v1/pairs?of=service&q=category:access&top=1").json
        #expect(few["rows"]?.array?.count == 1 && few["others"]?.integer == Int64(rows.count - 1))
        let paths = try await console.post("/api/v1/pairs", #"{"of":"path"}"#)
        #expect(try paths.code == "purpose_missing")
    }
}

@Suite struct `Pages without a script` {
    @Test func `list what the same question lists for programs, page by page`() async throws {
        let console = try AskedConsole(30)
        // As a form sends it: with a field that is empty.
        var target: String? = "/api/v1/records?format=html&limit=12&q=category:access&until="
        var (pages, found) = (0, Set<Substring>())
        while let next = target {
            let answer = try await console.get(next)
            try #require(answer.status == 200)
            #expect(answer.field("Content-Type") == "text/html; charset=utf-8")
            #expect(
                answer.field("Content-Security-Policy")?.hasPrefix("default-src 'none'") == true)
            let page = String(decoding: answer.body, as: UTF8.self)
            #expect(!page.contains("<script") && !page.contains("Alice"))
            found.formUnion(
                page.matches(of: #/records/(\d+)\?format=html/#).map(\.output.1))
            target = page.firstMatch(of: #/rel="next" href="([^"]+)"/#).map {
                String($0.output.1).replacing("&amp;", with: "&")
            }
            pages += 1
        }
        #expect(pages == 3 && found.count == 30)
        #expect(console.desk.readings.count == 3)
    }

    @Test func `show a record's own bytes, and where its proof is`() async throws {
        let console = try AskedConsole(4)
        let answer = try await console.get("/api/v1/records/3?format=html")
        let page = String(decoding: answer.body, as: UTF8.self)
        let leaf = try LogSnapshot(directory: console.log.path).leaf(at: LeafIndex(3))
        #expect(page.contains(PlainPages.escaped(String(decoding: leaf, as: UTF8.self))))
        #expect(page.contains("/api/v1/records/3/proof") && !page.contains("Bob"))
        let opened = try await console.get(
            "/api/v1/records/3?format=html&disclose=who&purpose=AUD-1")
        #expect(String(decoding: opened.body, as: UTF8.self).contains("Bob"))
    }

    @Test(arguments: [
        ("<script>", "&lt;script&gt;"), ("a\"b'c&", "a&quot;b&#39;c&amp;"),
        ("\u{202E}gnp.exe\u{0}", #"\u{202E}gnp.exe\u{0}"#),
        ("\u{200B}\u{FEFF}", #"\u{200B}\u{FEFF}"#),
        ("Zoë 東京", "Zoë 東京"),
    ])
    func `make text of whatever a record holds`(_ text: String, _ shown: String) {
        #expect(PlainPages.escaped(text) == shown)
    }
}
