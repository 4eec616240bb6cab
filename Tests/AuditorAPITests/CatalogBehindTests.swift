// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import LogReading
import Merkle
import Search
import TestSupport
import Testing

@Suite("Answers while the catalog has much to read")
struct CatalogBehindTests {
    private let reach = SearchReach(mostBeside: 5, mayLeaveOut: true)

    @Test("end where the catalog does, and say in each form how many newer records are signed")
    func leftOut() async throws {
        let console = try AskedConsole(200, lacking: 12, reach: reach)
        let size = try LogSnapshot(directory: console.log.path).size.count
        let (held, behind) = (Int64(size) - 12, "12")
        let rows = try await console.get(
            "/api/v1/records?q=-category%3Aaudit&unit=record&order=newest&limit=3")
        try #require(rows.status == 200, "\(rows)")
        #expect(try rows.json["complete_to"]?.integer == held)
        #expect(try rows.json["behind"]?.integer == 12)
        #expect(try rows.json["catalog_lag"]?.integer == 0)
        #expect(rows.field("Countersign-Behind") == behind)
        #expect(rows.field("Countersign-Complete-To") == "\(held)")
        #expect(try rows.rows.map { $0["index"]?.integer } == [held - 1, held - 2, held - 3])

        let lines = try await console.get("/api/v1/records?unit=record&format=ndjson")
        #expect(lines.field("Countersign-Behind") == behind)
        let last = try #require(lines.body.split(separator: UInt8(ascii: "\n")).last)
        let end = try JSONParser.parse(Array(last), as: .strict, deepest: 8)
        #expect(end["behind"]?.integer == 12)
        #expect(end["complete_to"]?.integer == held)

        let counts = try await console.get("/api/v1/stats?by=decision&q=index%3A0..100000")
        #expect(try counts.json["behind"]?.integer == 12)
        #expect(try counts.json["records"]?.integer == held)
    }

    @Test("are complete where no more is missing than is looked through beside it")
    func beside() async throws {
        let console = try AskedConsole(200, lacking: 5, reach: reach)
        let size = try LogSnapshot(directory: console.log.path).size.count
        let answer = try await console.get("/api/v1/records?limit=3")
        #expect(try answer.json["complete_to"]?.integer == Int64(size))
        #expect(try answer.json["catalog_lag"]?.integer == 5)
        #expect(try answer.json["behind"]?.integer == 0)
    }

    @Test("wait for a catalog that lacks more than a tenth of the log")
    func built() async throws {
        let console = try AskedConsole(60, lacking: 20, reach: reach)
        let answer = try await console.get("/api/v1/records?limit=3")
        #expect(answer.status == 503)
        #expect(try answer.code == "catalog_rebuilding")
    }

    @Test("leave nothing out where a person's data is looked for")
    func person() async throws {
        let console = try AskedConsole(200, lacking: 12, reach: reach)
        let body = #"{"name":"Alice","purpose":"DSR-7"}"#
        let answer = try await console.post("/api/v1/privacy/find", body, as: .privacy)
        #expect(answer.status == 503)
        #expect(try answer.code == "catalog_rebuilding")
    }
}
