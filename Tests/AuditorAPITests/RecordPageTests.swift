// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Testing

@Suite struct `Pages of records` {
    @Test func `have all accesses once, page by page, and say so at the end only`() async throws {
        let console = try AskedConsole(30)
        var seen: [String] = []
        var cursor: String?
        repeat {
            let answer = try await console.get(
                "/api/v1/records?q=status%3A200&limit=7" + (cursor.map { "&cursor=\($0)" } ?? ""))
            try #require(answer.status == 200, "\(answer)")
            seen += try answer.rows.compactMap { $0["uid"]?.string }
            cursor = try answer.json["next"]?.string
            #expect(try answer.json["more"] == .bool(cursor != nil))
        } while cursor != nil
        #expect(seen.count == 30)
        #expect(Set(seen).count == 30)
        #expect(console.desk.readings.map(\.rows) == [7, 7, 7, 7, 2])
    }

    @Test func `say what was asked, and what the answer holds for`() async throws {
        let console = try AskedConsole(30)
        let answer = try await console.get(
            "/api/v1/records?q=status%3A200&since=2026-11-18&zone=%2B02:00&limit=2")
        let json = try answer.json
        #expect(json["from"]?.string == "2026-11-17T22:00:00.000000Z")
        #expect(json["to"] == .null)
        #expect(json["zone"]?.string == "UTC+02:00")
        #expect(json["left_out"] == .array([.string("category:audit")]))
        #expect(json["total"]?["accesses"] == .integer(30))
        #expect(json["total"]?["records"] == .integer(30))
        #expect(json["still_open"] == .integer(0))
        #expect(json["total"]?["relation"] == .string("exact"))
        #expect(json["hash"]?.string == console.desk.readings[0].hash)
        #expect(answer.field("Cache-Control") == "no-store")
        let size = try #require(json["complete_to"]?.integer)
        #expect(answer.field("Countersign-Complete-To") == "\(size)")
        let row = try answer.rows[0]
        #expect(row["record"]?["uid"] == row["uid"])
        #expect(row["values"] == nil)
        #expect(row["groups"]?["who"] == .string("withheld"))
    }

    @Test func `take nothing that is not declared, and say what was meant`() async throws {
        let console = try AskedConsole(3)
        for (target, code, hint) in [
            ("?limt=3", "unknown_parameter", "limit"), ("?limit=0", "bad_parameter", "1000"),
            ("?limit=1001", "bad_parameter", "1000"), ("?limit=+5", "bad_parameter", "1000"),
            ("?order=up", "bad_parameter", "oldest"), ("?q=servce%3Ax", "bad_query", "service"),
            ("?q=" + String(repeating: "(", count: 1023), "bad_query", "16"),
            ("?cursor=x", "bad_cursor", "first page"), ("?cursor=x.1", "bad_cursor", "first page"),
            ("?since=2026-11-30&until=2026-11-01", "bad_range", "Exchange"),
            ("?zone=2", "bad_parameter", "+02:00"), ("?since=soon", "bad_parameter", "yesterday"),
            ("?since=1d&from=2d", "bad_parameter", "Leave one"),
            ("?to=now&until=now", "bad_parameter", "Leave one"),
            ("?limit=1&limit=2", "bad_request", ""), ("?limit", "bad_request", ""),
            ("?q=%FF", "bad_request", ""), ("?q=actor%3AAlice", "personal_by_post", "POST"),
            ("?disclose=who", "purpose_missing", "purpose"),
            ("?disclose=who,shoe", "bad_parameter", "payload"),
        ] {
            let answer = try await console.get("/api/v1/records" + target)
            #expect(answer.status == 400, "\(target)")
            #expect(try answer.code == code, "\(target)")
            let remedy = try answer.json["remedy"]?.string ?? ""
            #expect(hint.isEmpty || remedy.contains(hint), "\(target): \(remedy)")
            if code == "unknown_parameter" {
                #expect(try answer.json["parameter"] == .string("limt"))
            }
            #expect(answer.field("Cache-Control") == "no-store", "\(target)")
        }
        #expect(console.desk.readings.isEmpty)
    }

    @Test func `that are empty say why`() async throws {
        let console = try AskedConsole(6)
        let answer = try await console.get(
            "/api/v1/records?q=service%3Abiling%20decision%3Aallwo%20status%3A200")
        let reasons = try #require(try answer.json["reasons"])
        #expect(reasons["unknown"]?.array?.first?["nearest"] == .string("allow"))
        let meant = reasons["meant"]?.array?.compactMap { $0["nearest"]?.string } ?? []
        #expect(meant.contains("billing"))
        #expect(reasons["held"]?["from"] != nil)
    }

    @Test func `leave only once their record is durable`() async throws {
        let console = try AskedConsole(3)
        console.desk.stopLog()
        let answer = try await console.get("/api/v1/records")
        #expect(answer.status == 503)
        #expect(try answer.code == "unrecorded")
        #expect(answer.field("Retry-After") == "10")
        #expect(try answer.json["rows"] == nil)
    }

    @Test func `wait for a catalog that is being built`() async throws {
        let console = try AskedConsole(3, catalogued: false, fewRecords: 3)
        let answer = try await console.get("/api/v1/records")
        #expect(answer.status == 503)
        #expect(try answer.code == "catalog_rebuilding")
        #expect(try answer.json["percent"] != nil)
        #expect(answer.field("Retry-After") != nil)
    }

    @Test func `of few records are read from the log while there is no catalog`() async throws {
        let (read, looked) = (try AskedConsole(12, catalogued: false), try AskedConsole(12))
        for target in ["records?q=status:200", "stats?by=service", "stats?every=1h"] {
            let (one, other) = (
                try await read.get("/api/v1/\(target)"), try await looked.get("/api/v1/\(target)")
            )
            #expect(one.status == 200 && other.status == 200, "\(target): \(one)")
            for member in ["total", "accesses"] {
                #expect(try one.json[member] == other.json[member], "\(target)")
            }
            let counts = try [one, other].map { try $0.json["rows"]?.array?.count }
            #expect(counts[0] == counts[1], "\(target)")
        }
    }

    @Test func `show values only to those who may, with a purpose that is recorded`() async throws {
        let console = try AskedConsole(8)
        let refused = try await console.get(
            "/api/v1/records?disclose=who&purpose=review", as: .operator)
        #expect(refused.status == 403)
        #expect(try refused.code == "right_missing")
        #expect(console.desk.refused == [.personalRead])
        #expect(console.desk.readings.isEmpty)
        let answer = try await console.get(
            "/api/v1/records?q=status%3A200&disclose=who&purpose=review&limit=1")
        let row = try answer.rows[0]
        #expect(row["values"]?["actor.name"] == .string("Bob"))
        #expect(row["values"]?["http.path"] == nil)
        #expect(row["groups"]?["what"] == .string("withheld"))
        #expect(console.desk.readings.map(\.purpose) == ["review"])
    }
}
