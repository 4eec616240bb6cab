// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Accounts
import AuditorAPI
import ByteCoding
import Disclosures
import Query
import Testing

@Suite struct `Queries that name persons` {
    @Test func `find them for whoever may, and are sealed under their key`() async throws {
        let console = try AskedConsole(12)
        let body = "{\"q\":\"actor:Alice\",\"purpose\":\"review\",\"limit\":50}"
        // Nothing of the target goes unread.
        let both = try await console.post("/api/v1/records?limit=1", body)
        #expect(both.status == 400)
        #expect(try both.code == "bad_request")
        let answer = try await console.post("/api/v1/records", body)
        try #require(answer.status == 200, "\(answer)")
        #expect(try answer.rows.count == 6)
        #expect(try answer.json["undecided"] == .integer(0))
        let alice = try #require(console.people["Alice"])
        #expect(console.desk.sealed.compactMap { $0?.subject } == [alice])
        #expect(console.desk.sealed[0]?.text.lowercased().contains("alice") == true)
        // What the rows hold is not shown unless that is asked for.
        #expect(try answer.rows[0]["values"] == nil)
        let form = try await console.post(
            "/api/v1/records", "q=actor%3AAlice&purpose=review",
            type: "application/x-www-form-urlencoded")
        #expect(try form.rows.count == 6)
        // What somebody is looked up by their id for goes with them, too.
        let known = try await console.get("/api/v1/records?q=actor:\(alice.text)&purpose=review")
        #expect(try known.rows.count == 6)
        #expect(console.desk.readings.last?.about == alice)
    }

    @Test func `are sealed under the key of whom they are about, by whatever way they are asked`()
        async throws
    {
        let console = try AskedConsole(12)
        let alice = try #require(console.people["Alice"])
        let asked = "\"q\":\"actor:Alice\",\"purpose\":\"she owes us\""
        for (path, others) in [
            ("records", ""), ("records", ",\"format\":\"ndjson\""), ("stats", ""), ("facets", ""),
            ("first-seen", ",\"since\":\"2020-01-01\""), ("exports", ""),
        ] {
            let before = console.desk.readings.count
            let answer = try await console.post("/api/v1/" + path, "{\(asked)\(others)}")
            #expect(answer.status == (path == "exports" ? 202 : 200), "\(path): \(answer)")
            for facts in console.desk.readings[before...] {
                #expect(facts.about == alice, "\(path)")
                #expect(facts.purpose == "she owes us")
                // Whoever reads the log cannot confirm the name by its hash.
                let query = try RecordQuery("actor:Alice", at: QueryClock(now: console.desk.now))
                #expect(facts.hash?.hasPrefix("sha256:") == true && facts.hash != query.hash)
                guard path != "first-seen" else { continue }
                #expect(facts.hash == QuestionHash(of: query.text, salt: TestDesk.salt).text)
            }
            #expect(console.desk.sealed[before]?.subject == alice, "\(path)")
            let told = String(decoding: answer.body, as: UTF8.self)
            let hash = try #require(console.desk.readings.last?.hash)
            #expect(told.contains("\"\(hash)\""), "\(path)")
        }
    }

    @Test func `are those for one record, too`() async throws {
        let console = try AskedConsole(12)
        let alice = try #require(console.people["Alice"])
        let rows = try await console.get(
            "/api/v1/records?limit=1&q=actor:\(alice.text)&purpose=review"
        ).rows
        let uid = try #require(rows[0]["uid"]?.string)
        for path in ["?purpose=review&disclose=who", "", "/leaf", "/proof"] {
            let answer = try await console.get("/api/v1/records/\(uid)\(path)")
            #expect(answer.status == 200, "\(path): \(answer)")
            #expect(console.desk.readings.last?.about == alice, "\(path)")
            #expect(console.desk.sealed.last??.text == "uid:\(uid)", "\(path)")
        }
    }

    @Test func `are kept by their hash alone where they find several persons, or nobody`()
        async throws
    {
        let console = try AskedConsole(12)
        for query in ["actor:(Alice OR Bob)", "actor:Carol", "ip:203.0.113.7"] {
            let answer = try await console.post(
                "/api/v1/records", "{\"q\":\"\(query)\",\"purpose\":\"review\"}")
            #expect(answer.status == 200)
        }
        #expect(console.desk.sealed == [nil, nil, nil])
        _ = try await console.post(
            "/api/v1/records", "{\"q\":\"path:/v1/invoices/3\",\"purpose\":\"review\"}")
        #expect(console.desk.sealed.last??.subject == .tenant)
    }

    @Test func `leave undecided what a reader may not see`() async throws {
        let console = try AskedConsole(12)
        let answer = try await console.post(
            "/api/v1/records", "{\"q\":\"actor:Alice\"}", as: .operator)
        #expect(answer.status == 200)
        #expect(try answer.rows.isEmpty)
        #expect(try answer.json["withheld"] == .integer(12))
        #expect(console.desk.sealed == [nil])
        let missing = try await console.post("/api/v1/records", "{\"q\":\"actor:Alice\"}")
        #expect(try missing.code == "purpose_missing")
    }

    @Test func `are refused as what is no object of texts`() async throws {
        let console = try AskedConsole(2)
        for (body, type, status) in [
            ("{\"q\":[\"x\"]}", "application/json", 400), ("[]", "application/json", 400),
            ("{\"q\":\"x\",\"q\":\"y\"}", "application/json", 400),
            ("{\"limit\":1.5}", "application/json", 400), ("<q/>", "application/xml", 415),
            ("{}", "text/plain", 415),
            ("{\"q\":\"" + String(repeating: "x", count: 20_000) + "\"}", "application/json", 413),
            ("{\"limit\":1}", "application/json", 200), ("", "application/json", 400),
        ] {
            let answer = try await console.post("/api/v1/records", body, type: type)
            #expect(answer.status == status, "\(body.prefix(40))")
        }
    }
}
