// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Disclosures
import Testing

@Suite struct `Counts over HTTP` {
    private static func sum(_ rows: JSONValue?) -> Int64 {
        (rows?.array ?? []).reduce(0) { $0 + ($1["accesses"]?.integer ?? 0) }
    }

    @Test func `agree with each other, over any range`() async throws {
        let console = try AskedConsole(60)
        for range in ["", "&since=2026-11-18T11:20:00Z", "&until=2026-11-18T11:30:00Z"] {
            for by in ["", "&by=decision", "&by=status&top=1"] {
                let answer = try await console.get("/api/v1/stats?every=15m" + by + range)
                try #require(answer.status == 200, "\(answer)")
                let json = try answer.json
                #expect(Self.sum(json["rows"]) == json["accesses"]?.integer, "\(by) \(range)")
                #expect(json["rows_relation"] == .string("exact"))
            }
            for every in ["2h", "40m", "1w"] + (range.contains("since") ? ["5m", "7s"] : []) {
                let target = "/api/v1/stats?by=decision&every=" + every + range
                let json = try await console.get(target).json
                #expect(Self.sum(json["rows"]) == json["accesses"]?.integer, "\(target)")
                #expect(json["rows_relation"] == .string("exact"))
            }
            let facets = try await console.get(
                "/api/v1/facets?fields=service,decision,reason,actor&top=1" + range)
            let json = try facets.json
            for facet in try #require(json["facets"]?.array) {
                let sum = Self.sum(facet["rows"]) + (facet["others"]?.integer ?? 0)
                #expect(sum == json["accesses"]?.integer, "\(facet["field"] ?? .null) \(range)")
                #expect(facet["state"] == .string("exact"))
            }
        }
    }

    @Test func `come with a page, of the same state of the log and by one record`() async throws {
        let console = try AskedConsole(60)
        let target = "/api/v1/records?limit=5&bars=12&by=decision&fields=service,status&top=1"
        for range in ["", "&since=2026-11-18T11:20:00Z", "&q=status%3A404"] {
            let json = try await console.get(target + range).json
            let total = json["total"]?["accesses"]?.integer
            #expect(json["rows"]?.array?.count == (total == 0 ? 0 : 5))
            if total == 0 {
                #expect(json["histogram"] == .null)
            } else {
                let histogram = try #require(json["histogram"])
                #expect(Self.sum(histogram["rows"]) == total)
                #expect(histogram["relation"] == .string("exact"))
                let starts = Set(histogram["rows"]?.array?.compactMap { $0["from"]?.string } ?? [])
                #expect((1...13).contains(starts.count))
            }
            for facet in try #require(json["facets"]?.array) {
                #expect(Self.sum(facet["rows"]) + (facet["others"]?.integer ?? 0) == total)
            }
        }
        #expect(console.desk.readings.count == 3)
        for wrong in [
            "?by=decision", "?bars=0", "?bars=3&by=role", "?fields=shoe",
            "?fields=service&unit=record",
            "?bars=3&format=ndjson",
        ] {
            let answer = try await console.get("/api/v1/records" + wrong)
            #expect(try answer.code == "bad_parameter", "\(wrong)")
        }
        let path = try await console.get("/api/v1/records?fields=path")
        #expect(try path.code == "purpose_missing")
    }

    @Test func `show personal values only with a purpose`() async throws {
        let console = try AskedConsole(6)
        #expect(try await console.get("/api/v1/stats?by=path").code == "purpose_missing")
        #expect(try await console.get("/api/v1/stats?by=path", as: .operator).status == 403)
        let answer = try await console.get(
            "/api/v1/stats?q=status%3A200&by=path&purpose=review")
        #expect(try answer.json["rows"]?.array?.count == 6)
        #expect(console.desk.readings.map(\.purpose) == ["review"])
    }

    @Test func `list what is new to an actor, and since when it has to be`() async throws {
        let console = try AskedConsole(12)
        #expect(try await console.get("/api/v1/first-seen?of=service").code == "bad_query")
        let services = try await console.get(
            "/api/v1/first-seen?q=status:200&of=service&since=2020-01-01")
        let rows = try #require(try services.json["rows"]?.array)
        #expect(
            Set(rows.compactMap { $0["actor"]?.string }) == Set(console.people.values.map(\.text)))
        #expect(rows.allSatisfy { $0["value"] == .string("billing") })
        #expect(Self.sum(.array(rows)) == 12)
        #expect(try services.json["relation"] == .string("exact"))
        let target = "/api/v1/first-seen?q=status:200&since=2020-01-01"
        #expect(try await console.get(target).code == "purpose_missing")
        let networks = try await console.get(target + "&purpose=review")
        #expect(
            try networks.json["rows"]?.array?.allSatisfy {
                $0["value"] == .string("203.0.113.0/24")
            } == true)
        let none = try await console.get("/api/v1/first-seen?of=service&since=2039-01-01")
        #expect(try none.json["rows"] == .array([]))
    }

    @Test func `take fields that there are, and few of them`() async throws {
        let console = try AskedConsole(2)
        for target in [
            "stats?by=shoe", "facets?fields=", "facets?fields=a,,b", "stats?every=2",
            "stats?every=0h", "stats?every=1M", "stats?every=1m", "stats?every=1s&since=2020-01-01",
            "facets?fields=" + Array(repeating: "service", count: 17).joined(separator: ","),
            "stats?every=1h&by=role", "stats?top=0",
        ] {
            let answer = try await console.get("/api/v1/" + target)
            #expect(answer.status == 400, "\(target)")
            #expect(try answer.code == "bad_parameter", "\(target)")
        }
    }
}
