// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `Counting what the log holds` {
    /// What `log stats` says as JSON.
    private func counted(_ site: Site, _ words: String...) throws -> [String: Any] {
        let ending = try site.folder.start(
            .countersign, ["log", "stats", "--json", "-c", Site.configuration] + words
        ).ending()
        guard ending.status == 0 else { throw ScenarioFault(ending.messages) }
        let value = try JSONSerialization.jsonObject(with: Data(ending.text.utf8))
        return try #require(value as? [String: Any])
    }

    /// Counts by value; those without one stand under a dash.
    private func rows(_ counted: [String: Any]) -> [String: Int] {
        (counted["rows"] as? [[String: Any]] ?? []).reduce(into: [:]) { rows, row in
            rows[row["value"] as? String ?? "-", default: 0] += row["accesses"] as? Int ?? 0
        }
    }

    @Test func `counts accesses, not the records they take`() async throws {
        try await scenario {
            let site = try Site(roles: ["reader", "writer"])
            let server = try site.serve()
            for request in [
                site.request("GET /invoices/1"), site.request("GET /invoices/2"),
                "GET /invoices/3 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                site.request("POST /invoices", "Content-Length: 0\r\n"),
            ] { _ = try server.exchange(request) }
            let all = try counted(site, "category:access")
            #expect(all["accesses"] as? Int == 4)
            // What may change something has a record before and one after.
            #expect(all["records"] as? Int == 5)
            #expect(all["undecided"] as? Int == 0)
            #expect((all["hash"] as? String)?.hasPrefix("sha256:") == true)
            #expect(all["query"] as? String == "category:access")

            let decisions = rows(try counted(site, "category:access", "--by", "decision"))
            #expect(decisions == ["allow": 3, "challenge": 1])
            let statuses = rows(
                try counted(site, "category:access", "--by", "status", "--every", "1d"))
            #expect(statuses["401"] == 1 && statuses.values.reduce(0, +) == 4)
            let roles = rows(try counted(site, "category:access", "--by", "role"))
            #expect(roles == ["reader": 3, "writer": 3, "-": 1])
            #expect(rows(try counted(site, "is:open", "--by", "stage")).isEmpty)
            // Whose names are not looked at, is not recorded.
            #expect(try !site.leaves().contains { $0.contains("\"log.query\"") })

            let paths = rows(try counted(site, "category:access", "--by", "path"))
            #expect(
                paths == ["/invoices/1": 1, "/invoices/2": 1, "/invoices/3": 1, "/invoices": 1])
            #expect(try site.leaves().count { $0.contains("\"log.query\"") } == 1)
            let sealed = try counted(site, "category:access", "--by", "path", "--sealed")
            #expect(rows(sealed) == ["-": 4])
            let asked = try counted(site, "path:/invoices/1", "--sealed")
            #expect(asked["accesses"] as? Int == 0 && asked["undecided"] as? Int == 4)

            let table = try site.read("log", "stats", "category:access", "--by", "decision")
            #expect(table.text.contains("DECISION") && table.text.contains("challenge"))
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `takes an access that a crash cut off for one`() async throws {
        try await scenario {
            let kept = try KeptSite(.site)
            let unknown = try kept.said("log", "stats", "stage:unknown", "--json", "--sealed")
            let started = try kept.said("log", "query", "stage:unknown", "--json", "--sealed")
            // The last line says how many there are.
            let count = started.split(separator: "\n").count - 1
            #expect(count > 0)
            #expect(
                unknown.contains("\"accesses\":\(count),\"records\":\(count)"), "\(unknown)")
        }
    }
}
