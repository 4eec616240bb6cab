// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Commands
import Messages
import SignedNotes
import SystemPackage
import Testing
import TestSupport

@Suite struct `An export that is interrupted` {
    /// A log of more records than are written at once.
    private struct Site {
        let folder: TestDirectory
        let key: String

        init() throws {
            let log = try LedgerLog(1200, publishedAlways: false)
            key = log.key.text
            folder = try TestDirectory()
            for name in log.directory.files {
                try folder.write(try log.directory.read(name), to: "log/" + name)
            }
        }

        func path(_ name: String) -> String { folder.path.appending(name).string }

        func export(_ words: [String], interrupted: Bool = false) async -> CommandRun {
            await CommandRun.of(
                ["log", "export", "--log", path("log"), "--key", key] + words,
                interruption: Interruption(begin: {}, end: {}, isAsked: { interrupted }))
        }

        func files(_ name: String) throws -> [String: [UInt8]] {
            let names = folder.files.filter { $0 == name || $0.hasPrefix(name + "/") }
            return Dictionary(
                uniqueKeysWithValues: try names.map { file in
                    (String(file.dropFirst(name.count)), try folder.read(file))
                })
        }
    }

    private static let same = [
        "--uid", "019dab00-0000-7000-8000-000000000001", "--at",
        "2026-11-30T12:00:00.000000Z",
    ]

    @Test(arguments: [
        ["--format", "pack", "service:*"], ["--format", "pack"],
        ["--format", "csv", "--since", "2400h", "--no-bom"], ["--format", "ndjson", "method:GET"],
    ])
    func `ends with 130 and says how to go on, by the same command or --resume`(
        order: [String]
    ) async throws {
        let site = try Site()
        let whole = await site.export(order + Self.same + ["--out", site.path("whole")])
        #expect(whole.status == .success, "\(whole.messages)")
        for words in [order + Self.same, ["--resume"]] {
            let out = site.path("out\(words.count)")
            let first = await site.export(order + Self.same + ["--out", out], interrupted: true)
            #expect(first.status == .interrupted)
            #expect(
                first.messages.contains("goes on with \(out).partial"), "\(first.messages)")
            #expect(first.messages.contains("interrupted at record 512 of"), "\(first.messages)")
            let second = await site.export(words + ["--out", out])
            #expect(second.status == .success, "\(second.messages)")
            #expect(second.messages.contains("goes on with \(out).partial"))
            let name = "out\(words.count)"
            #expect(try site.files(name) == site.files("whole"))
            #expect(!site.folder.files.contains { $0.contains(".partial") })
        }
    }

    @Test func `is not mistaken for another, nor is what exists`() async throws {
        let site = try Site()
        let out = site.path("out")
        let none = await site.export(["--resume", "--out", out])
        #expect(none.status == .notFound)
        #expect(none.messages.contains("leave --resume out"), "\(none.messages)")
        let first = await site.export(
            ["--format", "csv", "service:*", "--out", out], interrupted: true)
        #expect(first.status == .interrupted)
        for other in [
            ["--format", "csv", "service:billing"], ["--format", "ndjson", "service:*"],
            ["--format", "csv", "service:*", "--purpose", "another"],
            ["--format", "csv", "service:*", "--resume", "--no-bom"],
        ] {
            let run = await site.export(other + ["--out", out])
            #expect(run.status == .usage, "\(other)")
            #expect(run.messages.contains("is of another order: csv of `service:*`"))
        }
        // Of another log.
        let other = try LedgerLog(3)
        let foreign = await CommandRun.of(
            "log", "export", "--resume", "--log", other.directory.path.string, "--out", out)
        #expect(foreign.status == .notFound || foreign.status == .usage, "\(foreign.messages)")
        try site.folder.write([1], to: "there")
        let there = await site.export(["--format", "csv", "--out", site.path("there/")])
        #expect(there.status == .failure)
        #expect(there.messages.contains("exists already; name something that does not"))
        #expect(try site.folder.read("there") == [1])
    }
}
