// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Disclosures
import HTTPTypes
import LogReading
import Merkle
import TestSupport
import Testing

@Suite struct `One access` {
    @Test func `comes with all its records, and with the bytes that were hashed`() async throws {
        let console = try AskedConsole(12)
        let page = try await console.get("/api/v1/records?q=status%3A200")
        let open = try #require(
            try page.rows.first { $0["records"]?.array?.count == 2 }?["uid"]?.string)
        let answer = try await console.get("/api/v1/records/\(open)")
        try #require(answer.status == 200, "\(answer)")
        let records = try #require(try answer.json["records"]?.array)
        #expect(records.map { $0["record"]?["stage"]?.string } == ["started", "complete"])
        let snapshot = try LogSnapshot(directory: console.log.path)
        for record in records {
            let index = try #require(record["index"]?.integer)
            let leaf = try snapshot.leaf(at: LeafIndex(UInt64(index)))
            #expect(record["leaf"]?.string.flatMap { Base64.decode($0) } == leaf)
            #expect(record["leaf_hash"]?.string == LeafHash(of: leaf).hash.base64)
            let raw = try await console.get("/api/v1/records/\(index)/leaf")
            #expect(raw.body == leaf)
            #expect(raw.field("Cache-Control") == "private, max-age=31536000, immutable")
            let tag = try #require(raw.field("ETag"))
            let again = try await console.get(
                "/api/v1/records/\(index)/leaf", fields: [.ifNoneMatch: tag])
            #expect(again.status == 304)
        }
        // A 304 is a reading, too.
        #expect(console.desk.readings.count == 6)
        #expect(console.desk.readings[1].rows == 2)
        let newest = try await console.get("/api/v1/records/\(open)/leaf")
        #expect(newest.field("Cache-Control") == "no-store")
    }

    @Test func `is not there under another name, and what to give is said`() async throws {
        let console = try AskedConsole(2)
        for name in ["999", "x", "019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f", "01", "-1"] {
            let answer = try await console.get("/api/v1/records/\(name)")
            #expect(answer.status == 404, "\(name)")
            #expect(try answer.json["remedy"]?.string?.contains("Countersign-Record") == true)
        }
        #expect(console.desk.readings.isEmpty)
    }

    @Test func `of somebody who was erased says so, by which record and since when`() async throws {
        let console = try AskedConsole(8, erasing: "Bob")
        let erasure = try await console.get("/api/v1/records?q=action%3Aprivacy.erase")
        let index = try #require(try erasure.rows.first?["index"])
        let page = try await console.get(
            "/api/v1/records?q=status%3A200&disclose=who,what&purpose=review")
        try #require(page.status == 200, "\(page)")
        let bob = try #require(console.people["Bob"]).text
        var erased = 0
        for row in try page.rows {
            #expect(row["groups"]?["what"] == .string("opened"))
            let isBob = row["record"]?["actor"]?["uid"] == .string(bob)
            #expect((row["values"]?["actor.name"] == nil) == isBob)
            guard isBob else { continue }
            erased += 1
            #expect(row["groups"]?["who"]?["erased"] == index)
            #expect(row["groups"]?["who"]?["at"]?.string?.hasSuffix("Z") == true)
        }
        #expect(erased == 4)
        let gone = try await console.post(
            "/api/v1/records", "{\"q\":\"actor:Bob status:200\",\"purpose\":\"review\"}")
        #expect(try gone.rows.isEmpty)
        #expect(try gone.json["erased"] == .integer(4))
        #expect(console.desk.sealed == [nil, nil, nil])
    }

    @Test func `of somebody who was erased is found alike by lists and counts`() async throws {
        let console = try AskedConsole(8, erasing: "Bob")
        let asked = "q=is%3Aerased&purpose=review"
        for more in ["", "&unit=access", "&unit=access&limit=2", "&unit=access&disclose=who"] {
            let page = try await console.get("/api/v1/records?\(asked)\(more)")
            try #require(page.status == 200, "\(page)")
            #expect(try page.json["total"]?["accesses"] ?? page.json["total"] != nil)
            #expect(try page.rows.count == (more.contains("limit") ? 2 : 4), "\(more)")
        }
        #expect(try await console.get("/api/v1/stats?\(asked)").json["accesses"] == .integer(4))
        // To say what was erased, values are opened: it takes a purpose, and the right.
        #expect(try await console.get("/api/v1/records?q=is%3Aerased").code == "purpose_missing")
        let page = try await console.get("/api/v1/records?\(asked)", as: .operator)
        #expect(try page.rows.isEmpty)
        #expect(try page.json["withheld"] != .integer(0))
        for by in ["stats?by=erased", "facets?fields=service,erased"] {
            #expect(try await console.get("/api/v1/\(by)&purpose=review").code == "bad_parameter")
        }
    }

    @Test func `is found without a catalog, too`() async throws {
        let console = try AskedConsole(12, catalogued: false)
        let all = try LogSnapshot(directory: console.log.path)
        var uids: Set<String> = []
        try all.forEachLeaf(in: 0..<all.size.count) { _, leaf in
            let record = Result { try Record(leaf: leaf) }
            if case .success(let record) = record, let uid = record.uid { uids.insert(uid.text) }
        }
        for uid in uids {
            let answer = try await console.get("/api/v1/records/\(uid)")
            let large = try await console.get("/api/v1/records/\(uid.uppercased())")
            #expect(large.status == answer.status && large.status == 200)
            #expect(answer.status == 200, "\(answer)")
        }
        #expect(try await console.get("/api/v1/records/0").status == 200)
    }

    @Test func `shows what was opened, and whose key is gone and since when`() async throws {
        let console = try AskedConsole(4)
        let page = try await console.get("/api/v1/records?q=status%3A200&order=oldest&limit=1")
        let uid = try #require(try page.rows.first?["uid"]?.string)
        let answer = try await console.get(
            "/api/v1/records/\(uid)?disclose=who,where,what&purpose=review")
        let record = try #require(try answer.json["records"]?.array?.first)
        #expect(record["values"]?["actor.name"] == .string("Alice"))
        #expect(record["values"]?["http.path"] == .string("/v1/invoices/0"))
        #expect(record["groups"]?["where"] == .string("opened"))
    }
}
