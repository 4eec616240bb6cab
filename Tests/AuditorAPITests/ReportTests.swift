// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Query
import Reports
import Testing

@Suite struct `A report on controls` {
    @Test(arguments: ReportFramework.allCases)
    func `has a line for each control, in four words and no percentage`(
        _ framework: ReportFramework
    ) async throws {
        let console = try AskedConsole(12)
        let answer = try await console.get(
            "/api/v1/reports/\(framework.rawValue)?since=2026-11-18&until=2026-11-18")
        try #require(answer.status == 200, "\(answer)")
        let json = try answer.json
        let rows = try answer.rows
        #expect(rows.count == framework.controls.count && rows.count >= 8)
        #expect(Set(rows.compactMap { $0["control"]?.string }).count == rows.count)
        let words = Set(ReportWord.allCases.map(\.rawValue))
        for row in rows {
            let word = try #require(row["word"]?.string)
            #expect(words.contains(word))
            let evidence = try #require(row["evidence"]?.array)
            #expect(evidence.isEmpty == (word == ReportWord.cannot.rawValue))
            #expect(row["leaves"]?.string?.hasSuffix(".") == true)
            let counts = evidence.compactMap { $0["count"]?.integer }
            // Never evidence of nothing.
            if word == "evidence", counts.count == evidence.count {
                #expect(
                    counts.contains { $0 > 0 }
                        || evidence.contains { $0["query"]?.string == "action:audit.gap" }
                        || evidence.contains { $0["query"]?.string == "action:log.adopt" })
            }
            for one in evidence {
                #expect(one["command"]?.string?.hasPrefix("countersign ") == true)
            }
        }
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(!text.contains("compliant") && !text.contains("%"))
        #expect(json["printer"]?.string?.isEmpty == false)
        // Besides the accesses there are the start and the stop of the log.
        #expect(json["accesses"]?.integer == 14)
    }

    @Test func `counts what its own queries count, in the times that it names`() async throws {
        let console = try AskedConsole(30)
        let json = try await console.get(
            "/api/v1/reports/soc2?since=2026-11-18T11:20:00Z&until=2026-11-18T11:30:00Z"
        ).json
        var seen = 0
        for row in json["rows"]?.array ?? [] {
            for one in row["evidence"]?.array ?? [] {
                guard let query = one["query"]?.string else { continue }
                let asked = JSONValue.object([
                    JSONMember("q", .string(query)),
                    JSONMember("since", .string("2026-11-18T11:20:00Z")),
                    JSONMember("until", .string("2026-11-18T11:30:00Z")),
                ])
                var body: [UInt8] = []
                JSONText.append(asked, to: &body)
                let counted = try await console.post(
                    "/api/v1/stats", String(decoding: body, as: UTF8.self)
                ).json
                #expect(counted["accesses"] == one["count"], "\(query)")
                seen += 1
            }
        }
        #expect(seen > 10)
    }

    @Test func `names what is missing, and what nobody did`() async throws {
        let console = try AskedConsole(6)
        let rows = try await console.get("/api/v1/reports/pci?period=2026-11").rows
        func word(_ control: String) -> String? {
            rows.first { $0["control"]?.string == control }?["word"]?.string
        }
        #expect(word("10.4.1") == "gap", "nobody has signed anything off")
        #expect(word("10.5.1") == "gap", "the log is younger than a year")
        #expect(word("10.3.2") == "no evidence in this log", "nobody has checked it")
        #expect(word("9.2") == "cannot be shown by a log")
        #expect(word("8.2.1") == "evidence")
    }

    @Test func `is a page that runs nothing and says on every sheet what it is of`() async throws {
        let console = try AskedConsole(6)
        let answer = try await console.get("/api/v1/reports/gdpr?period=2026-Q4&format=html")
        #expect(answer.field("Content-Type") == "text/html; charset=utf-8")
        let policy = try #require(answer.field("Content-Security-Policy"))
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
        let page = String(decoding: answer.body, as: UTF8.self)
        #expect(!page.contains("<script") && !page.contains("style=\""))
        // What is below the table stands on every sheet.
        let footer = try #require(page.split(separator: "<tfoot>").last)
        for part in ["audit.example.com/test", "2026-10-01", "UTC", "8 accesses", "root "] {
            #expect(footer.contains(part), "\(part)")
        }
        #expect(page.contains("table-footer-group"))
    }

    @Test func `is for those who may see who read the log, of frameworks that there are`()
        async throws
    {
        let console = try AskedConsole(2)
        #expect(try await console.get("/api/v1/reports/soc3").status == 404)
        #expect(try await console.get("/api/v1/reports/soc2?period=2026-13").status == 400)
        #expect(
            try await console.get("/api/v1/reports/soc2?period=2026&since=1h").status == 400)
        for role in [Role.operator, .privacy, .admin] {
            #expect(try await console.get("/api/v1/reports/soc2", as: role).status == 403)
        }
        #expect(try await console.get("/api/v1/reports").rows.count == 9)
    }

    @Test(arguments: [
        ("2026", "2026-01-01", "2026-12-31"), ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-q4", "2026-10-01", "2026-12-31"), ("2028-02", "2028-02-01", "2028-02-29"),
        ("2100-02", "2100-02-01", "2100-02-28"), ("2026-11-30", "2026-11-30", "2026-11-30"),
        ("2026-10-01..2026-10-15", "2026-10-01", "2026-10-15"), ("90d", "90d", nil),
    ])
    func `is of a period as people name it`(_ text: String, _ since: String, _ until: String?) {
        let period = ReportPeriod(text)
        #expect(period?.since == since)
        #expect(period?.until == until)
    }

    @Test(arguments: [
        "", "26", "2026-Q5", "2026-Q", "2026-00", "2026-1", "..", "d", "-1d", "x..", "1y",
    ])
    func `is of no other period`(_ text: String) { #expect(ReportPeriod(text) == nil) }
}
