// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Foundation
import Messages
import SignedNotes
import SystemPackage
import TestSupport
import Testing

/// What is listed and what is handed over by one query is the same.
@Suite struct `An export by a query` {
    /// A log of many kinds of records, and the folder that exports go to.
    private struct Site {
        let folder: TestDirectory

        init() throws {
            var log = try BuiltLog()
            var leaves = CatalogLeaves(seed: 11, step: 900_000_000, actors: 12)
            for _ in 0..<240 { log.append(leaf: leaves.next()) }
            folder = try TestDirectory()
            for (name, bytes) in try log.signedFiles() {
                try folder.write(bytes, to: "log/" + name)
            }
        }

        /// Of a log that is chained as a proxy does it, which packs need.
        init(_ log: LedgerLog) throws {
            folder = try TestDirectory()
            for name in log.directory.files {
                try folder.write(try log.directory.read(name), to: "log/" + name)
            }
        }

        func path(_ name: String) -> String { folder.path.appending(name).string }

        func run(_ words: [String]) async -> CommandRun {
            await CommandRun.of(["log"] + words + ["--log", path("log")])
        }

        /// The indices that are listed, in ascending order.
        func listed(_ words: [String]) async throws -> (indices: [Int64], messages: String) {
            let run = await run(["query", "--all", "--json"] + words)
            #expect(run.status == .success || run.status == .notFound, "\(words): \(run.messages)")
            return (try Self.indices(run.output.utf8).reversed(), run.messages)
        }

        /// The indices that a list has which is exported.
        func exported(
            _ words: [String], to name: String
        ) async throws -> (indices: [Int64], messages: String) {
            let run = await run(
                ["export", "--format", "ndjson", "--purpose", "tests", "--out", path(name)] + words)
            #expect(run.status == .success, "\(words): \(run.messages)")
            return (try Self.indices(try folder.read(name)), run.messages)
        }

        private static func indices(_ lines: some Collection<UInt8>) throws -> [Int64] {
            try lines.split(separator: 0x0A).compactMap { line in
                try JSONParser.parse(Array(line), as: .strict, deepest: 16)["index"]?.integer
            }
        }
    }

    private static let terms = [
        "service:billing-api", "service:CRM", "service:b*", "service:*", "orders", "sub_3", "sub*",
        "actor:sub_1", "actor:sub_*", "actor:*", "auth:oidc", "auth:apikey", "session:*",
        "status:404", "status:4xx", "status:>=400", "status:*", "is:denied", "is:open", "has:who",
        "has:session", "role:staff", "role:reader-*", "dur:>30ms", "size:<1kb", "index:30..90",
        "index:<20", "decision:(allow OR deny)", "category:access", "class:6003", "method:DELETE",
        "method:GET", "route:*", "reason:*", "path:/a*", "ip:10.0.0.0/8", "created:*",
        "since:2026-01-01", "until:2026-01-02", "created:2026-01-01T03:00:00Z..2026-01-02",
    ]

    /// A query of up to four terms, some of them negated.
    private static func made(_ random: inout SeededGenerator) -> String {
        let parts = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            let term = terms.randomElement(using: &random) ?? ""
            return Int.random(in: 0..<4, using: &random) == 0 ? "NOT \(term)" : term
        }
        return parts.joined(separator: Bool.random(using: &random) ? " " : " OR ")
    }

    @Test func `has the indices that the same query lists, for any query`() async throws {
        let site = try Site()
        var random = SeededGenerator(seed: 2026)
        var hits = 0
        let rounds = ProcessInfo.processInfo.environment["COUNTERSIGN_LONG_TESTS"] == nil ? 30 : 120
        for number in 0..<rounds {
            let query = Self.made(&random)
            let words =
                number.isMultiple(of: 2)
                ? [query] : query.split(separator: " ").map(String.init)
            let list = try await site.listed(words)
            let export = try await site.exported(words, to: "\(number).ndjson")
            #expect(export.indices == list.indices, "\(query)")
            hits += list.indices.isEmpty || list.indices.count == 240 ? 0 : 1
            #expect(Self.undecided(export.messages) == Self.undecided(list.messages), "\(query)")
        }
        // Neither everything nor nothing, as a rule.
        #expect(hits > rounds / 4)
    }

    /// Of how many records nobody can say whether they match, as people are told.
    private static func undecided(_ messages: String) -> Int? {
        let mark = " of the records looked at"
        return messages.firstRange(of: mark).flatMap { range in
            messages[..<range.lowerBound].split(separator: " ").last.flatMap { Int($0) }
        }
    }

    @Test func `takes the same options`() async throws {
        let site = try Site()
        for (number, words) in [
            ["--service", "crm", "--decision", "allow"], ["--actor", "sub_1"],
            ["--status", "400-499"], ["--reason", "role_match", "is:denied"],
            ["--since", "2026-01-01", "--until", "2026-01-02", "--utc-offset", "+05:30"],
            ["--path", "/v1/bills"], ["service:crm", "--status", "2xx"], [],
        ].enumerated() {
            let list = try await site.listed(words)
            let export = try await site.exported(words, to: "\(number).ndjson")
            #expect(export.indices == list.indices, "\(words)")
        }
    }

    @Test func `says in its manifest what was asked, in which zone, also for everything`()
        async throws
    {
        let log = try LedgerLog(5)
        let site = try Site(log)
        let key = log.key.text
        let all = await site.run(
            ["export", "--format", "pack", "--out", site.path("all"), "--key", key])
        #expect(all.status == .success, "\(all.messages)")
        let everything = try Self.manifest(site, "all")
        #expect(everything[path: "4_query", "text"]?.string == "*")
        #expect(everything[path: "4_query", "sentence"]?.string == "every record")
        #expect(everything[path: "4_query", "hash"]?.string?.hasPrefix("sha256:") == true)
        #expect(everything[path: "3_times", "zone"]?.string == "UTC")
        let guide = String(decoding: try site.folder.read("all/README.txt"), as: UTF8.self)
        #expect(guide.contains("Query          *\n"))

        let days = await site.run([
            "export", "--format", "pack", "--out", site.path("days"), "--key", key, "--since",
            "2026-01-01", "--until", "2026-01-01", "--utc-offset", "+02:00", "service:crm",
        ])
        #expect(days.status == .success, "\(days.messages)")
        #expect(days.messages.contains("days are of UTC+02:00"), "\(days.messages)")
        let manifest = try Self.manifest(site, "days")
        let times = manifest["3_times"]
        #expect(times?["from"]?.string == "2025-12-31T22:00:00.000000Z")
        #expect(times?["to"]?.string == "2026-01-01T21:59:59.999999Z")
        #expect(times?["zone"]?.string == "UTC+02:00")
        let repeated = try #require(manifest["7_repeat"]?.string)
        #expect(repeated.contains("--utc-offset +02:00"), "\(repeated)")
    }

    private static func manifest(_ site: Site, _ pack: String) throws -> JSONValue {
        try JSONParser.parse(
            try site.folder.read(pack + "/manifest.json"), as: .canonical, deepest: 16)
    }
}
