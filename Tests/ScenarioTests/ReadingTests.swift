// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Who reads the log on its own host sees names, paths and addresses, and is seen reading.
@Suite struct `Reading the log` {
    /// The records of readings, oldest first.
    private func readings(_ site: Site) throws -> [Substring] {
        try site.leaves().filter { $0.contains(#""action":"log.query""#) }
    }

    /// A command that may fail.
    private func attempt(_ site: Site, _ arguments: String...) throws -> ChildProcess.Ending {
        try site.folder.start(.countersign, arguments + ["-c", Site.configuration]).ending()
    }

    @Test func `shows who, what and where from, and each reading is a record made before`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let answer = try server.exchange(site.request("GET /invoices/quokka"))
            let uid = try #require(answer.record)
            for arguments in [["tail"], ["get", uid], ["query", "--path", "/invoices/quokka"]] {
                let before = try readings(site).count
                let shown = try site.folder.start(
                    .countersign, ["log"] + arguments + ["-c", Site.configuration]
                ).ending()
                for value in ["alice", "/invoices/quokka", "127.0.0.1"] {
                    #expect(shown.text.contains(value), "\(arguments): \(shown.text)")
                }
                let after = try readings(site)
                #expect(after.count == before + 1, "\(arguments)")
                #expect(after.last?.contains(#""uid":"uid:\#(getuid())""#) == true)
                #expect(after.last?.contains(#""hash":"sha256:"#) == true)
                // The query's own words may be personal, and are not in the leaf.
                #expect(after.last?.contains("quokka") == false)
            }
            #expect(try server.stop().status == 0)
            _ = try site.read("verify")
        }
    }

    @Test func `without a server is recorded by opening the log, which stays whole`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request())
            #expect(try server.stop().status == 0)
            #expect(try site.read("log", "tail", "-n", "20").text.contains("/invoices/1"))
            #expect(try readings(site).count == 1)
            _ = try site.read("verify")
            // A server goes on where the reading left off.
            let again = try site.serve()
            #expect(try again.exchange(site.request()).status == 200)
            #expect(try again.stop().status == 0)
            _ = try site.read("verify")
        }
    }

    @Test func `that cannot be recorded shows nothing, and says what to do`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request("GET /invoices/quokka"))
            #expect(try server.stop().status == 0)
            try site.folder.move("site/log.key", to: "elsewhere")
            for arguments in [["tail"], ["query", "--path", "/invoices/quokka"], ["get", "2"]] {
                let refused = try site.folder.start(
                    .countersign, ["log"] + arguments + ["-c", Site.configuration]
                ).ending()
                #expect(refused.status != 0, "\(arguments)")
                #expect(!refused.text.contains("quokka"), "\(refused.text)")
                #expect(!refused.text.contains("alice"), "\(refused.text)")
                #expect(refused.messages.contains("--sealed"), "\(refused.messages)")
            }
            let sealed = try attempt(site, "log", "tail", "--sealed")
            #expect(sealed.status == 0, "\(sealed.messages)")
            #expect(sealed.text.contains("GET /invoices/{id}"))
            try site.folder.move("elsewhere", to: "site/log.key")
            #expect(try readings(site).isEmpty)
        }
    }

    @Test func `leaves values sealed where nobody asked for them, and records nothing then`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let uid = try #require(
                try server.exchange(site.request("GET /invoices/quokka")).record)
            let calls = [
                ["log", "tail", "--sealed"], ["log", "tail", "--json"],
                ["log", "get", uid, "--leaf"],
                ["log", "get", uid, "--proof"], ["log", "query", "--sealed"],
                ["log", "get", uid, "--sealed", "--json"], ["log", "get", "0"],
                ["verify", "record", uid, "--sealed"],
            ]
            for arguments in calls {
                let shown = try site.folder.start(
                    .countersign, arguments + ["-c", Site.configuration]
                ).ending()
                #expect(shown.status == 0, "\(arguments): \(shown.messages)")
                #expect(!shown.text.contains("quokka"), "\(arguments): \(shown.text)")
                #expect(!shown.text.contains("alice"), "\(arguments): \(shown.text)")
            }
            let copied = try site.folder.start(
                .countersign, ["log", "tail", "--log", "site/log"]
            ).ending()
            #expect(copied.status == 0, "\(copied.messages)")
            #expect(!copied.text.contains("alice"))
            #expect(try readings(site).isEmpty)
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `finds records by what they say, the newest first`() async throws {
        try await scenario {
            let site = try Site(roles: ["reader", "writer"])
            let server = try site.serve()
            for request in [
                site.request("GET /invoices/1"), site.request("GET /invoices/2"),
                "GET /invoices/3 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                site.request("DELETE /invoices/1"),
                site.request("POST /invoices", "Content-Length: 0\r\n"),
            ] { _ = try server.exchange(request) }
            func found(_ arguments: String...) throws -> [String] {
                let ending = try site.folder.start(
                    .countersign, ["log", "query", "--json", "-c", Site.configuration] + arguments
                ).ending()
                guard ending.status == 0 else { return ["\(ending.status)"] }
                #expect(ending.text.split(separator: "\n").last?.contains("\"end\":true") == true)
                return try ending.text.split(separator: "\n").dropLast().map { line in
                    let line = try JSONSerialization.jsonObject(with: Data(line.utf8))
                    let values = (line as? [String: Any])?["values"] as? [String: Any]
                    return values?["http.path"] as? String ?? "-"
                }
            }
            #expect(
                try found("--actor", "alice", "--decision", "allow")
                    == ["/invoices", "/invoices", "/invoices/2", "/invoices/1"])
            #expect(try found("--status", "401") == ["/invoices/3"])
            #expect(try found("--status", "4xx", "--limit", "1") == ["/invoices/1"])
            #expect(try found("--path", "/invoices/2") == ["/invoices/2"])
            #expect(try found("--path", "/invoice") == ["3"])
            #expect(try found("--reason", "no_credentials") == ["/invoices/3"])
            #expect(try found("--service", "nobody") == ["3"])
            #expect(try found("--until", "2026-01-01") == ["3"])
            #expect(try found("--since", "1h", "--status", "401") == ["/invoices/3"])
            #expect(try found("--from", "yesterday", "--status", "401") == ["/invoices/3"])
            #expect(try found("--since", "someday") == ["2"])
            #expect(try found("--limit", "0") == ["2"])
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `says in a sentence why an access was refused, and what to do`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let uid = try #require(
                try server.exchange(site.request("POST /invoices", "Content-Length: 0\r\n")).record)
            let text = try site.read("explain", uid).text
            for words in [
                "alice asked demo for POST /invoices, and it was refused (status 403)",
                "Why: A rule denies this access (rule_denied, rule nobody-else).", "What to do: ",
            ] { #expect(text.contains(words), "\(text)") }
            let json = try site.read("explain", uid, "--json").text
            #expect(json.contains(#""reason":"rule_denied""#))
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `proves the record of an answer that is piped in, and names who it was`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let curl =
                "curl -si -H 'X-Api-Key: \(site.key)' http://127.0.0.1:\(server.port)/invoices/1"
                + " | \(try Program.countersign.path()) verify record -c \(Site.configuration) -"
            let proven = try ChildProcess(
                "/bin/bash", ["-c", curl], in: site.folder.path,
                environment: ["PATH": "/usr/bin:/bin"]
            ).ending()
            #expect(proven.status == 0, "\(proven.messages)")
            for words in ["alice", "/invoices/1", "ALLOW".lowercased()] {
                #expect(proven.text.contains(words), "\(proven.text)")
            }
            #expect(proven.messages.contains("verified"))
            #expect(try server.stop().status == 0)
        }
    }

    @Test(arguments: [40, 80, 120])
    func `keeps its columns within a terminal, also while it follows`(_ width: Int) async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(
                site.request("GET /invoices/" + String(repeating: "9", count: 99)))
            let command =
                "stty cols \(width) -onlcr; exec \(try Program.countersign.path()) log tail -f --no-color"
                + " -c \(Site.configuration)"
            let tail = try ChildProcess(
                "/usr/bin/script", ["-qec", command, "/dev/null"], in: site.folder.path,
                environment: ["PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"])
            _ = try tail.line(.output, beginning: "2 ")
            _ = try server.exchange("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let last = try tail.line(.output, beginning: "4 ")
            tail.signal(15)
            let lines = try tail.ending().text.split(whereSeparator: \.isNewline)
            for line in lines { #expect(line.count <= width, "\(line)") }
            let heading = try #require(lines.first { $0.hasPrefix("#") })
            let places = ["WHO", "WHAT", "DECISION"].compactMap { heading.range(of: $0) }
            #expect(places.count == 3, "\(heading)")
            for place in places {
                let offset = heading.distance(from: heading.startIndex, to: place.lowerBound)
                let before = last.index(last.startIndex, offsetBy: offset - 1)
                #expect(last[before] == " ", "\(last)")
            }
            #expect(try server.stop().status == 0)
        }
    }
}
