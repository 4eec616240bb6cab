// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `A search in the query language` {
    /// A site with five requests behind it: three of Alice's that were allowed, one that was not, one without a key.
    private struct Given {
        let site: Site
        let server: Server

        init() throws {
            site = try Site(roles: ["reader"])
            server = try site.serve()
            for request in [
                site.request("GET /invoices/1"), site.request("GET /invoices/2"),
                site.request("GET /invoices/20"),
                "GET /invoices/3 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                site.request("POST /invoices", "Content-Length: 0\r\n"),
            ] { _ = try server.exchange(request) }
        }

        func run(_ words: String...) throws -> ChildProcess.Ending {
            try site.folder.start(.countersign, ["log"] + words + ["-c", Site.configuration])
                .ending()
        }

        /// Paths of what a query finds, the newest first.
        func found(_ query: String) throws -> [String] {
            let ending = try run("query", query, "--json")
            guard ending.status == 0 else { return ["\(ending.status)", ending.messages] }
            // The last line says what was asked.
            return try ending.text.split(separator: "\n").dropLast().map { line in
                let line = try JSONSerialization.jsonObject(with: Data(line.utf8))
                let values = (line as? [String: Any])?["values"] as? [String: Any]
                return values?["http.path"] as? String ?? "-"
            }
        }

        /// The digests under which searches were recorded, oldest first.
        func hashes() throws -> [String] {
            try site.leaves().filter { $0.contains(#""action":"log.query""#) }.compactMap { leaf in
                let value = try JSONSerialization.jsonObject(with: Data(leaf.utf8))
                let query = (value as? [String: Any])?["query"] as? [String: Any]
                return query?["hash"] as? String
            }
        }
    }

    @Test func `finds what the leaves say, and what they only commit to`() async throws {
        try await scenario {
            let given = try Given()
            #expect(
                try given.found("status:401 OR path:/invoices/2") == ["/invoices/3", "/invoices/2"])
            #expect(
                try given.found("actor:ALICE is:denied category:access") == ["/invoices"])
            #expect(
                try given.found("path:/invoices/2* -path:/invoices/2") == ["/invoices/20"])
            #expect(try given.found("ip:127.0.0.0/8 actor:anonymous") == ["/invoices/3"])
            #expect(
                try given.found("NOT decision:allow since:1h category:access").count == 2)
            #expect(try given.server.stop().status == 0)
        }
    }

    @Test func `finds a path however it was written, and just as it was`() async throws {
        try await scenario {
            let given = try Given()
            for path in ["/./invoices/%37", "/invoices/a%2Ab", "/invoices/8?name=x"] {
                _ = try given.server.exchange(given.site.request("GET \(path)"))
            }
            for query in ["rawpath:/./invoices/%37", "rawpath:/./*", "path:/invoices/%37"] {
                #expect(try given.found(query) == ["/invoices/7"], "\(query)")
            }
            #expect(try given.found("rawpath:/invoices/7").first == "3")
            for query in [
                #"path:/invoices/a\*b"#, "path:/invoices/a%2ab", "rawpath:/invoices/a%2Ab",
            ] {
                #expect(try given.found(query) == ["/invoices/a%2Ab"], "\(query)")
            }
            #expect(try given.found("path:/invoices/8") == ["/invoices/8"])
            let query = try given.run("query", "path:/invoices/8?name=x")
            #expect(query.status == 2)
            #expect(query.messages.contains("byte 16: "), "\(query.messages)")
            #expect(query.messages.contains("leave it out, or write %3F"), "\(query.messages)")
            let months = try given.run("query", "--since", "1M")
            #expect(months.status == 2)
            #expect(months.messages.contains("minutes are `m`"), "\(months.messages)")
            #expect(try given.server.stop().status == 0)
        }
    }

    @Test func `is recorded under one digest, however it is written`() async throws {
        try await scenario {
            let given = try Given()
            for query in [
                "path:/invoices/1 status:200", "(http.status:200) AND path:\"/invoices/1\"",
            ] {
                #expect(try given.found(query) == ["/invoices/1"])
            }
            #expect(try given.found("path:/invoices/2") == ["/invoices/2"])
            let hashes = try given.hashes()
            #expect(hashes.count == 3)
            #expect(hashes[0] == hashes[1] && hashes[1] != hashes[2])
            #expect(try given.server.stop().status == 0)
        }
    }

    @Test func `that is wrong ends with its place and the name that was meant`() async throws {
        try await scenario {
            let given = try Given()
            let wrong = try given.run("query", "is:denied statsu:404")
            #expect(wrong.status == 2)
            #expect(wrong.messages.contains("`statsu:`, byte 10"), "\(wrong.messages)")
            #expect(wrong.messages.contains("did you mean `status`?"), "\(wrong.messages)")
            let json = try given.run("query", "statsu:404", "--json")
            #expect(json.messages.contains(#""from":0,"to":7"#), "\(json.messages)")
            let times = try given.run("query", "--since", "2026-11-30", "--until", "2026-11-01")
            #expect(times.status == 2)
            #expect(times.messages.contains("2026-11-30T00:00:00.000000Z"), "\(times.messages)")
            #expect(times.messages.contains("2026-11-01T23:59:59.999999Z"), "\(times.messages)")
            #expect(try given.hashes().isEmpty)
            #expect(try given.server.stop().status == 0)
        }
    }

    @Test func `without a hit says what stood in the way, and what there is instead`()
        async throws
    {
        try await scenario {
            let given = try Given()
            let misspelt = try given.run("query", "service:demp status:401")
            #expect(misspelt.status == 3)
            #expect(misspelt.messages.contains("Without `service:demp` there would be 1."))
            #expect(misspelt.messages.contains("have `demo`"), "\(misspelt.messages)")
            let word = try given.run("query", "decision:alow")
            #expect(word.messages.contains("did you mean `allow`?"), "\(word.messages)")
            let early = try given.run("query", "--until", "2026-01-01")
            #expect(early.messages.contains("2026-01-01T23:59:59.999999Z"), "\(early.messages)")
            #expect(try given.server.stop().status == 0)
        }
    }

    @Test func `takes nothing that is sealed for a hit or a miss`() async throws {
        try await scenario {
            let given = try Given()
            for query in ["path:/invoices/1", "NOT path:/invoices/1 category:access"] {
                let none = try given.run("query", query, "--sealed")
                #expect(none.status == 3)
                #expect(none.messages.contains("in 5 of the records"), "\(none.messages)")
            }
            let some = try given.run("query", "path:/invoices/1 OR status:401", "--sealed")
            #expect(some.status == 0)
            #expect(some.text.split(separator: "\n").count == 2, "\(some.text)")
            #expect(some.messages.contains("in 4 of the records"), "\(some.messages)")
            #expect(try given.hashes().isEmpty)
            #expect(try given.server.stop().status == 0)
        }
    }

    @Test func `gives a spreadsheet nothing to calculate, and is whole`() async throws {
        try await scenario {
            let given = try Given()
            _ = try given.server.exchange(
                "GET /invoices/5 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: =1+\"2\",3\r\n\r\n")
            let sheet = try given.run("query", "category:access", "--all", "-o", "csv")
            #expect(sheet.status == 0, "\(sheet.messages)")
            let lines = sheet.text.components(separatedBy: "\r\n")
            #expect(lines.first?.hasPrefix("\u{FEFF}index,time,uid,") == true)
            #expect(lines.count == 8 && lines.last == "")
            #expect(lines[1].contains(#","'=1+""2"",3","#), "\(lines[1])")
            #expect(lines[2].contains(",alice"), "\(lines[2])")
            let sealed = try given.run("query", "status:401", "--sealed", "-o", "csv", "--no-bom")
            #expect(sealed.text.hasPrefix("index,time,uid,"))
            #expect(sealed.text.contains("(withheld)"))
            let two = try given.run("query", "--json", "-o", "csv")
            #expect(two.status == 2)
            #expect(try given.server.stop().status == 0)
        }
    }

    @Test func `goes on with what comes`() async throws {
        try await scenario {
            let given = try Given()
            let tail = try given.site.folder.start(
                .countersign,
                [
                    "log", "tail", "-f", "-n", "1", "-q", "path:/invoices/2*", "-c",
                    Site.configuration,
                ])
            let first = try tail.line(.output, beginning: "4 ")
            #expect(first.contains("/invoices/20"))
            _ = try given.server.exchange(given.site.request("GET /invoices/7"))
            _ = try given.server.exchange(given.site.request("GET /invoices/21"))
            _ = try tail.line(.output, beginning: "9 ")
            tail.signal(15)
            let lines = try tail.ending().text.split(separator: "\n")
            #expect(lines.count == 3, "\(lines)")
            #expect(lines.last?.contains("/invoices/21") == true)
            let none = try given.run("tail", "-q", "status:599")
            #expect(none.status == 0 && none.text.isEmpty)
            #expect(try given.server.stop().status == 0)
        }
    }
}
