// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import Ledger
import Messages
import SystemPackage
import TestSupport
import Testing

/// What is found by the catalog is what is found by reading the log.
@Suite struct `Searching by the catalog` {
    /// A log, and its catalog beside it.
    private struct Site {
        let folder: TestDirectory
        var log: String { folder.path.appending("log").string }

        /// - Parameter isBehind: whether the catalog has yet to read the records of the last start.
        init(isBehind: Bool) throws {
            folder = try TestDirectory()
            let log = try LedgerLog(25)
            try Self.copy(log.directory, to: folder)
            if isBehind { try Self.follow(folder) }
            let ledger = try log.fixture.open(log.storage)
            try LedgerLog.append(6, to: ledger, log.fixture)
            guard ledger.close() == nil else { throw FixtureFault.notRecorded }
            try Self.copy(try TestDirectory(log.storage), to: folder)
            if !isBehind { try Self.follow(folder) }
        }

        private static func copy(_ log: TestDirectory, to folder: TestDirectory) throws {
            for name in log.files { try folder.write(try log.read(name), to: "log/" + name) }
        }

        private static func follow(_ folder: TestDirectory) throws {
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

        func run(_ words: [String]) async -> CommandRun {
            await CommandRun.of(["log"] + words + ["--log", log])
        }
    }

    @Test(arguments: [true, false])
    func `lists and counts the same, and says how it does`(isBehind: Bool) async throws {
        let site = try Site(isBehind: isBehind)
        for words in [
            ["query"], ["query", "--all", "--json"], ["query", "category:access", "--limit", "3"],
            ["query", "--unit", "access", "-o", "csv"], ["query", "service:biling"],
            ["query", "path:/v1/invoices/3"], ["query", "NOT has:who", "category:audit"],
            ["stats"], ["stats", "--by", "action"], ["stats", "--by", "status", "--every", "1d"],
            ["stats", "category:access", "--json"], ["stats", "path:/v1/invoices/3", "--json"],
            ["tail", "-q", "category:access", "-n", "4"],
        ] {
            let found = await site.run(words)
            let read = await site.run(words + ["--no-catalog"])
            #expect(found.output == read.output, "\(words)")
            #expect(found.status == read.status, "\(words): \(found.messages)")
        }
        let plan = await site.run(["query", "service:x", "--explain"])
        #expect(plan.output.contains("asks the catalog"), "\(plan.output)")
        let other = await site.run(["query", "service:x", "--explain", "--no-catalog"])
        #expect(other.output.contains("reads the log"), "\(other.output)")
        let meant = await site.run(["query", "service:biling"])
        #expect(meant.messages.contains("have `billing`"), "\(meant.messages)")
        #expect(meant.status == .notFound)
    }

    @Test(arguments: [true, false])
    func `lists what is new, and since when it has to be`(isBehind: Bool) async throws {
        let site = try Site(isBehind: isBehind)
        let found = await site.run(["first-seen", "--of", "service", "--since", "2020-01-01"])
        #expect(found.status == .success, "\(found.messages)")
        let lines = found.output.split(separator: "\n")
        #expect(lines.first?.contains("SERVICE") == true)
        #expect(lines.contains { $0.contains("billing") }, "\(found.output)")
        let json = await site.run(
            ["first-seen", "--of", "service", "--since", "2020-01-01", "--json"])
        let answer = try JSONParser.parse(Array(json.output.utf8), as: .strict, deepest: 8)
        #expect(answer["of"]?.string == "service" && answer["more"]?.integer == 0)
        // Nothing was there before.
        #expect(found.messages.contains("everything in it is new"), "\(found.messages)")
        #expect(answer["oldest"]?.string != nil)
        #expect(
            answer["rows"]?.array?.contains { $0["value"]?.string == "billing" } == true)
        let sealed = await site.run(["first-seen", "--since", "2020-01-01"])
        #expect(sealed.messages.contains("undecided") || sealed.messages.contains("sealed"))
        let none = await site.run(["first-seen", "--of", "service", "--since", "2039-01-01"])
        #expect(none.status == .notFound)
        let open = await site.run(["first-seen"])
        #expect(open.status == .usage && open.messages.contains("--since 7d"))
        try site.folder.remove("log-catalog/" + SQLiteCatalog.fileName)
        let bare = await site.run(["first-seen", "--of", "service", "--since", "2020-01-01"])
        #expect(bare.messages.contains("catalog rebuild"))
    }

    @Test func `reads the log where the catalog is of no use, and says so`() async throws {
        let site = try Site(isBehind: false)
        try site.folder.write(
            [UInt8](repeating: 7, count: 9000), to: "log-catalog/" + SQLiteCatalog.fileName)
        let found = await site.run(["query", "category:access", "--json"])
        let read = await site.run(["query", "category:access", "--json", "--no-catalog"])
        #expect(found.status == .success)
        #expect(found.output == read.output && !found.output.isEmpty)
        #expect(found.messages.contains("the log is read"), "\(found.messages)")
    }
}
