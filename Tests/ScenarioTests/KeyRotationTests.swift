// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `The log's signing key` {
    private func keyIDs(_ site: Site) throws -> [String] {
        try site.read("key", "list").text.split(separator: "\n").dropFirst()
            .compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
    }

    private func ending(_ site: Site, _ words: String...) throws -> ChildProcess.Ending {
        try site.folder.start(.countersign, words + ["-c", Site.configuration]).ending()
    }

    private func verifies(_ site: Site, _ log: String, key: String) throws -> Int32 {
        try site.folder.start(.verifier, [log, "--key", key]).ending().status
    }

    @Test func `is changed under a running server, and every verifier is led along`() async throws {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 1000", roles: ["reader", "writer"])
            let server = try site.serve()
            // All along, but not so much that reading the log takes longer than what is looked at.
            let load = Load(
                port: server.port, clients: 3, pace: .milliseconds(20),
                requests: site.mixedRequests)
            try load.answered(10)
            let oldKey = try site.read("key", "export-public").text.trimmed
            let old = try keyIDs(site)
            _ = try site.read("log", "export", "--out", "before")

            let newKey = try site.read("key", "rotate").text.trimmed
            try load.answered(load.answers + 10)
            #expect(try keyIDs(site).count == 2)
            #expect(try site.read("key", "export-public").text == newKey + "\n" + oldKey + "\n")
            #expect(
                String(decoding: try server.admin("/tlog/log.vkey").body, as: UTF8.self)
                    == newKey + "\n" + oldKey + "\n")
            // Whoever has the old key only goes on, and so does whoever has the new one only.
            for key in [oldKey, newKey] {
                #expect(try verifies(site, "site/log", key: key) == 0)
            }
            _ = try site.read("key", "retire", old[0])
            try load.answered(load.answers + 10)
            load.stop()
            let answered = try load.finished()
            #expect(load.refusals == [])
            #expect(try server.stop().status == 0)

            #expect(try keyIDs(site).count == 1)
            #expect(!site.folder.exists("site/log.key.next"))
            _ = try site.read("verify")
            for key in [oldKey, newKey] {
                #expect(try verifies(site, "site/log", key: key) == 0)
            }
            #expect(try verifies(site, "before", key: oldKey) == 0)
            _ = try site.read("log", "export", "--out", "after")
            #expect(try verifies(site, "after", key: newKey) == 0)
            #expect(try verifies(site, "after", key: oldKey) == 13)
            let leaves = try site.leaves()
            #expect(Site.lost(answered, in: leaves).isEmpty)
            for action in ["key.rotate", "key.retire", "log.export"] {
                let leaf = try #require(leaves.first { $0.contains("\"\(action)\"") })
                #expect(leaf.contains("\"issuer\":\"host\""))
            }

            // Once more, where no server runs, and the log goes on.
            _ = try site.read("key", "rotate")
            _ = try site.read("key", "retire", try keyIDs(site)[1])
            let again = try site.serve()
            #expect(try again.exchange(site.request()).status == 200)
            #expect(try again.stop().status == 0)
            for key in [oldKey, newKey] {
                #expect(try verifies(site, "site/log", key: key) == 0)
            }
        }
    }

    @Test func `is changed in order only, and a log is opened by no other`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request())
            let old = try keyIDs(site)[0]
            let only = try ending(site, "key", "retire", old)
            #expect(only.status == 2)
            #expect(only.messages.contains("key rotate"))
            #expect(try ending(site, "key", "retire", "00000000").status == 3)
            let oldFile = try site.folder.bytes("site/log.key")
            _ = try site.read("key", "rotate")
            let twice = try ending(site, "key", "rotate")
            #expect(twice.status == 2)
            #expect(twice.messages.contains("countersign key retire \(old)"))
            _ = try site.read("key", "retire", old)
            #expect(try server.stop().status == 0)

            let newFile = try site.folder.bytes("site/log.key")
            // The old key from a backup, or none, is not the log's.
            try site.folder.write(oldFile, to: "site/log.key")
            let refused = try site.start().ending()
            #expect(refused.status == 10)
            #expect(refused.messages.contains("not signed by this log's key"))
            try site.folder.remove("site/log.key")
            for command in ["serve", "verify", "doctor"] {
                #expect(try ending(site, command).status != 0)
            }
            #expect(try ending(site, "key", "rotate").status == 1)
            #expect(!site.folder.exists("site/log.key.next"))
            try site.folder.write(newFile, to: "site/log.key")
            try site.folder.setMode(0o600, of: "site/log.key")
            let again = try site.serve()
            #expect(try again.stop().status == 0)
            _ = try site.read("verify")
        }
    }

    @Test(arguments: [true, false])
    func `is changed in the end, wherever the change is cut short`(isServing: Bool) async throws {
        try await scenario {
            let site = try Site()
            let first = try site.serve()
            _ = try first.exchange(site.request())
            #expect(try first.stop().status == 0)
            let old = try keyIDs(site)[0]
            let oldFile = try site.folder.bytes("site/log.key")
            func write(_ bytes: [UInt8], to file: String) throws {
                try site.folder.write(bytes, to: file)
                try site.folder.setMode(0o600, of: file)
            }
            let server = isServing ? try site.serve() : nil
            if let server {
                // K1: killed while it waits for the server to record the change.
                server.process.signal(19)
                let killed = try site.folder.start(
                    .countersign, ["key", "rotate", "-c", Site.configuration])
                var looks = 0
                while !site.folder.exists("site/log.key.next"), looks < 2000 {
                    try killed.stays(for: .milliseconds(10))
                    looks += 1
                }
                killed.signal(9)
                #expect(try killed.ending().status == -9)
                server.process.signal(18)
            } else {
                try site.folder.succeed(
                    "init", "--dir", "other", "--origin", "log.example/scenario")
                try write(try site.folder.bytes("other/log.key"), to: "site/log.key.next")
            }
            let pending = try site.folder.bytes("site/log.key.next")
            #expect(try ending(site, "key", "retire", old).status == 2)
            _ = try site.read("key", "rotate")
            #expect(try site.folder.bytes("site/log.key") == pending + oldFile)
            // K2: the record is there, the key file is as before. K3: it holds both, the server does not know.
            for content in [oldFile, pending + oldFile] {
                try write(content, to: "site/log.key")
                try write(pending, to: "site/log.key.next")
                #expect(try ending(site, "key", "retire", old).status == 2)
                _ = try site.read("key", "rotate")
                #expect(try site.folder.bytes("site/log.key") == pending + oldFile)
                #expect(!site.folder.exists("site/log.key.next"))
            }
            // K5, K6: the record is there, and the key file holds both.
            for _ in 0..<2 {
                try write(pending + oldFile, to: "site/log.key")
                _ = try site.read("key", "retire", old)
                #expect(try site.folder.bytes("site/log.key") == pending)
            }
            #expect(try keyIDs(site).count == 1)
            if let server { #expect(try server.stop().status == 0) }
            let again = try site.serve()
            #expect(try again.exchange(site.request()).status == 200)
            #expect(try again.stop().status == 0)
            _ = try site.read("verify")
        }
    }
}
