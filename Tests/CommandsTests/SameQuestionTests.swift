// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import Messages
import Query
import SignedNotes
import SystemPackage
import TestSupport
import Testing

/// Whoever asks the same is told the same, and the same hash.
@Suite struct `One question, asked by several commands` {
    private static let questions = [
        "", "service:billing", "NOT has:who", "category:*", "index:<9",
        "method:GET since:2020-01-01", "service:nobody",
    ]

    @Test(arguments: [true, false])
    func `has one hash, and as many accesses and records`(isByCatalog: Bool) async throws {
        let log = try LedgerLog(12, 5)
        let folder = try TestDirectory()
        for name in log.directory.files {
            try folder.write(try log.directory.read(name), to: "log/" + name)
        }
        let place = ["--log", folder.path.appending("log").string]
        if isByCatalog {
            let name = "log-catalog/" + SQLiteCatalog.fileName
            // SQLite makes a catalog of an empty file.
            try folder.write([], to: name)
            let catalog = try SQLiteCatalog(
                writing: folder.path.appending(name), origin: "audit.example.com/test",
                tokens: nil)
            var follower = CatalogFollower(catalog, of: folder.path.appending("log"))
            while try !follower.step().isThere {}
            try catalog.close()
        }
        for (number, text) in Self.questions.enumerated() {
            let words = text.isEmpty ? [] : [text]
            func asked(_ command: [String]) async throws -> JSONValue {
                let run = await CommandRun.of(["log"] + command + words + place + ["--json"])
                let line = try #require(run.output.split(separator: "\n").last, "\(run.messages)")
                return try JSONParser.parse(Array(line.utf8), as: .strict, deepest: 16)
            }
            let hash = try RecordQuery(text, at: QueryClock(now: CommandRun.now)).hash
            let accesses = try await asked(["query", "--all", "--unit", "access"])
            let counted = try await asked(["stats"])
            let records = try await asked(["query", "--all"])
            let out = folder.path.appending("\(number)").string
            let pack = try await asked([
                "export", "--format", "pack", "--out", out, "--key", log.key.text,
            ])
            let manifest = try JSONParser.parse(
                try folder.read("\(number)/manifest.json"), as: .canonical, deepest: 16)
            #expect(accesses["hash"]?.string == hash, "\(text)")
            #expect(records["hash"]?.string == hash, "\(text)")
            #expect(counted["hash"]?.string == hash, "\(text)")
            #expect(manifest[path: "4_query", "hash"]?.string == hash, "\(text)")
            #expect(accesses["rows"] == counted["accesses"], "\(text)")
            #expect(accesses["left_out"] == counted["left_out"], "\(text)")
            #expect(records["left_out"] == .array([]), "\(text)")
            #expect(records["rows"] == pack["matches"], "\(text)")
            #expect(records["end"] == .bool(true) && records["more"] == .bool(false))
        }
    }

    @Test func `says what a list left out, and whether there is more`() async throws {
        let log = try LedgerLog(12)
        let place = ["--log", log.directory.path.string]
        let accesses = await CommandRun.of(["log", "query", "--unit", "access"] + place)
        #expect(accesses.messages.contains("category audit are left out"))
        let counted = await CommandRun.of(["log", "stats"] + place)
        #expect(counted.messages.contains("category audit are left out"))
        let first = await CommandRun.of(["log", "query", "--limit", "2", "--json"] + place)
        let lines = first.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.last?.contains(#""more":true"#) == true, "\(first.output)")
        let none = await CommandRun.of(["log", "query", "service:nobody", "--json"] + place)
        #expect(none.status == .notFound)
        #expect(none.output.contains(#""rows":0"#), "\(none.output)")
    }

    @Test func `may begin with a dash, where it has an option`() async throws {
        let log = try LedgerLog(12)
        let place = ["--log", log.directory.path.string]
        let all = await CommandRun.of(["log", "tail", "-q", "-status:404"] + place)
        #expect(all.status == .success, "\(all.messages)")
        // A line of headings, and ten of records.
        #expect(all.output.split(separator: "\n").count == 11)
        let folder = try TestDirectory()
        let out = folder.path.appending("list.csv").string
        let list = await CommandRun.of(
            ["log", "export", "-q", "-status:404", "--format", "csv", "--out", out] + place)
        #expect(list.status == .success, "\(list.messages)")
        #expect(folder.files == ["list.csv"])
    }
}
