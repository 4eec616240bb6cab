// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `The catalog of a running proxy` {
    private static let folder = "site/log-catalog"
    private static let file = folder + "/catalog.sqlite"

    /// The proxy's word on its catalog.
    private static func standing(_ server: Server) throws -> [String: Any] {
        let status = try JSONSerialization.jsonObject(with: Data(server.admin("/status").body))
        return try #require((status as? [String: Any])?["catalog"] as? [String: Any])
    }

    /// Waits until the catalog is in a state, with every record.
    private static func reaches(
        _ state: String, _ server: Server, isComplete: Bool = true
    ) throws -> [String: Any] {
        try server.waits(orSays: "the catalog is \(try standing(server))") {
            let standing = try standing(server)
            return standing["state"] as? String == state
                && (!isComplete || standing["lag_records"] as? Int == 0) ? standing : nil
        }
    }

    /// What the command line sees in the file.
    private static func seen(_ site: Site) throws -> [String: Any] {
        let text = try site.read("catalog", "status", "--json").output
        return try #require(
            try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
    }

    /// The proxy answers, and its log takes records.
    private static func serves(_ server: Server, _ site: Site) throws {
        #expect(try server.exchange(site.request()).status == 200)
        #expect(try server.admin("/readyz").status == 200)
    }

    /// Lines about the catalog.
    private static func lines(_ ending: ChildProcess.Ending) -> [Substring] {
        ending.messages.split(separator: "\n").filter { $0.contains("catalog") }
    }

    /// The catalog that is there has what one has that is built anew.
    private static func checkAgainstFresh(_ site: Site) throws {
        let before = try seen(site)
        #expect(before["lag_records"] as? Int == 0)
        let rebuilt = try site.read("catalog", "rebuild", "--fresh")
        #expect(rebuilt.messages.contains("catalog rebuilt: "), "\(rebuilt.messages)")
        let after = try seen(site)
        #expect(after["size"] as? Int == before["size"] as? Int)
        #expect(after["accesses"] as? Int == before["accesses"] as? Int)
    }

    @Test func `has every record soon, and status, metrics and the file say the same`() async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            for _ in 0..<20 { try Self.serves(server, site) }
            let standing = try Self.reaches("following", server)
            let size = try #require(standing["size"] as? Int)
            #expect(size >= 21)
            #expect(standing["lag_ms"] as? Int == 0)
            let file = try Self.seen(site)
            #expect(file["size"] as? Int ?? 0 >= size)
            #expect(file["accesses"] as? Int ?? 0 >= 20)
            #expect(
                try site.read("catalog", "status").text.contains("the server, which is following"))
            #expect(try site.read("status").text.contains("has every record"))
            let page = String(decoding: try server.admin("/metrics").body, as: UTF8.self)
            #expect(page.contains("countersign_catalog_state{state=\"following\"} 1\n"))
            #expect(page.contains("countersign_catalog_state{state=\"failed\"} 0\n"))
            #expect(page.contains("countersign_catalog_lag_records 0\n"))
            let ending = try server.stop()
            #expect(ending.status == 0)
            // Nothing is worth a line.
            #expect(Self.lines(ending) == [])
            // What the last records of the log are, the next start tells the catalog.
            #expect(try Self.seen(site)["lag_records"] as? Int ?? 0 > 0)
            let again = try site.serve()
            _ = try Self.reaches("following", again)
            #expect(try again.stop().status == 0)
        }
    }

    @Test func `is not kept where it is off`() async throws {
        try await scenario {
            let site = try Site()
            try site.folder.edit(Site.configuration, [("log:\n", "log:\n  catalog: off\n")])
            let server = try site.serve()
            try Self.serves(server, site)
            #expect(try Self.standing(server)["state"] as? String == "off")
            #expect(!site.folder.exists(Self.folder))
            let asked = try site.folder.run(
                .countersign, "catalog", "rebuild", "-c", Site.configuration)
            #expect(asked.status == 3)
            #expect(asked.messages.contains("log.catalog: off"))
            #expect(try server.stop().status == 0)
        }
    }

    /// What can befall the file while no server runs.
    static let damages: [(String, @Sendable (ScenarioFolder) throws -> Void)] = [
        (
            "bytes of the header",
            { folder in
                var bytes = try folder.bytes(file)
                bytes[5] ^= 0x20
                try folder.write(bytes, to: file)
            }
        ),
        (
            "bytes of every page",
            { folder in
                var bytes = try folder.bytes(file)
                for at in 4096..<bytes.count { bytes[at] ^= 0x55 }
                try folder.write(bytes, to: file)
            }
        ),
        (
            "cut short",
            { folder in try folder.write(Array(try folder.bytes(file).prefix(5000)), to: file) }
        ),
        (
            "a folder in its place",
            { folder in
                try folder.remove(file)
                try folder.make(file)
            }
        ),
    ]

    @Test(arguments: damages.indices)
    func `that is damaged is set aside with one line, and built anew while the proxy answers`(
        number: Int
    ) async throws {
        try await scenario {
            let (name, damage) = Self.damages[number]
            let site = try Site()
            let first = try site.serve()
            for _ in 0..<5 { try Self.serves(first, site) }
            _ = try Self.reaches("following", first)
            #expect(try first.stop().status == 0)
            try damage(site.folder)
            let server = try site.serve()
            try Self.serves(server, site)
            let standing = try Self.reaches("following", server)
            #expect(standing["set_aside"] as? Int == 1, "\(name)")
            let ending = try server.stop()
            #expect(ending.status == 0)
            let lines = Self.lines(ending)
            #expect(lines.count == 1, "\(name): \(lines)")
            #expect(
                lines.first?.hasPrefix(
                    "warning: catalog set aside; building it anew from the log, cause damaged: ")
                    == true, "\(lines)")
            let names = try FileManager.default.contentsOfDirectory(
                atPath: site.folder.file("site"))
            #expect(names.count { $0.hasPrefix("log-catalog.damaged-") } == 1)
            _ = try site.read("verify")
            let last = try site.serve()
            _ = try Self.reaches("following", last)
            #expect(try last.stop().status == 0)
        }
    }

    @Test func `that is empty, removed or replaced under the server is there again`() async throws {
        try await scenario {
            let site = try Site()
            try site.folder.make(Self.folder)
            try site.folder.write([], to: Self.file)
            let server = try site.serve()
            try Self.serves(server, site)
            let size = try #require(Self.reaches("following", server)["size"] as? Int)
            for _ in 0..<2 {
                try site.folder.remove(Self.folder)
                _ = try server.process.line(
                    .messages,
                    beginning: "notice: catalog was removed or replaced; opening what is there")
                try Self.serves(server, site)
                #expect(try Self.reaches("following", server)["size"] as? Int ?? 0 >= size)
            }
            try site.folder.remove(Self.file)
            try site.folder.write([UInt8](repeating: 0x20, count: 8192), to: Self.file)
            _ = try server.process.line(.messages, beginning: "warning: catalog set aside")
            try Self.serves(server, site)
            _ = try Self.reaches("following", server)
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `of a newer version is left alone, named once, and goes if it is asked for`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let first = try site.serve()
            try Self.serves(first, site)
            _ = try Self.reaches("following", first)
            #expect(try first.stop().status == 0)
            // `user_version` in the header of the file.
            var bytes = try site.folder.bytes(Self.file)
            bytes[60..<64] = [0, 0, 1, 0]
            try site.folder.write(bytes, to: Self.file)
            let server = try site.serve()
            _ = try server.process.line(.messages, beginning: "warning: catalog cannot be kept")
            try Self.serves(server, site)
            let standing = try Self.reaches("failed", server, isComplete: false)
            #expect(standing["code"] as? String == "newer")
            let status = try site.folder.run(
                .countersign, "catalog", "status", "-c", Site.configuration)
            #expect(status.status == 1)
            #expect(status.messages.contains("made by a newer version"), "\(status.messages)")
            #expect(Array(try site.folder.bytes(Self.file)[60..<64]) == [0, 0, 1, 0])
            let rebuilt = try site.read("catalog", "rebuild")
            #expect(rebuilt.messages.contains("catalog rebuilt by the server"))
            _ = try Self.reaches("following", server)
            let ending = try server.stop()
            #expect(Self.lines(ending).count { $0.contains("cannot be kept") } == 1)
        }
    }

    @Test func `is rebuilt by the server that keeps it, which answers meanwhile`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            try Self.serves(server, site)
            _ = try Self.reaches("following", server)
            let rebuilt = try site.read("catalog", "rebuild", "--json")
            #expect(rebuilt.text.contains("\"by_server\":true"), "\(rebuilt.text)")
            #expect(try Self.reaches("following", server)["rebuilds"] as? Int == 1)
            // Whoever does not know the server is refused what it keeps.
            let other = try site.folder.run(
                .countersign, "catalog", "rebuild", "--log", "site/log")
            #expect(other.status == 5)
            #expect(other.messages.contains("kept by another process"), "\(other.messages)")
            try Self.serves(server, site)
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `goes on where it was after any kill, and is then what a fresh one is`() async throws
    {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 1000", roles: ["reader", "writer"])
            for round in 1...4 {
                let server = try site.serve()
                let load = Load(port: server.port, clients: 4, requests: site.mixedRequests)
                try load.answered(60 * round)
                // The first batches are stored a second after the start, more or less.
                try server.process.stays(for: .milliseconds(round * 350))
                server.process.signal(9)
                #expect(try server.process.ending().status == -9)
                _ = try load.finished()
            }
            let server = try site.serve()
            _ = try Self.reaches("following", server)
            #expect(try Self.standing(server)["set_aside"] as? Int == 0)
            server.process.signal(9)
            _ = try server.process.ending()
            // The start of the command that reads is no record.
            try Self.checkAgainstFresh(site)
        }
    }

    @Test func `a rebuild that is killed is gone on with, and its remains are never in the way`()
        async throws
    {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 1000", roles: ["reader", "writer"])
            let first = try site.serve()
            let load = Load(port: first.port, clients: 4, requests: site.mixedRequests)
            try load.answered(400)
            load.stop()
            _ = try load.finished()
            _ = try Self.reaches("following", first)
            #expect(try first.stop().status == 0)
            for milliseconds in [30, 60, 100, 200] {
                let rebuild = try site.folder.start(
                    .countersign, ["catalog", "rebuild", "-c", Site.configuration])
                // It may have ended by itself, too.
                _ = Result { try rebuild.stays(for: .milliseconds(milliseconds)) }
                rebuild.signal(9)
                _ = try rebuild.ending()
            }
            // Whether or not something of it is there: the next server puts it in its place.
            let server = try site.serve()
            try Self.serves(server, site)
            _ = try Self.reaches("following", server)
            try server.waits(orSays: "the rebuilt catalog is not in its place") {
                site.folder.exists(Self.folder + "/rebuild.sqlite") ? nil : ()
            }
            _ = try Self.reaches("following", server)
            #expect(try server.stop().status == 0)
            _ = try site.read("catalog", "rebuild")
            try Self.checkAgainstFresh(site)
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, SmallDisk.reason))
    func `on a full disk of its own waits for room, and the proxy goes on`() async throws {
        try await scenario {
            let (site, _) = try Self.siteWithCatalogOnSmallDisk()
            let disk = try #require(site.folder.disk)
            let server = try site.serve()
            try Self.serves(server, site)
            _ = try Self.reaches("following", server)
            try disk.fill()
            for _ in 0..<5 { try Self.serves(server, site) }
            let full = try Self.reaches("failed", server, isComplete: false)
            #expect(full["code"] as? String == "disk_full")
            for _ in 0..<20 { try Self.serves(server, site) }
            #expect(
                try site.folder.run(.countersign, "status", "-c", Site.configuration).text
                    .contains("disk with the catalog is full"))
            try disk.free()
            _ = try Self.reaches("following", server)
            let ending = try server.stop()
            #expect(ending.status == 0)
            let lines = Self.lines(ending)
            #expect(lines.count == 2, "\(lines)")
            #expect(lines.last?.hasPrefix("notice: catalog is kept again, seconds ") == true)
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, SmallDisk.reason))
    func `on a read-only disk cannot be kept, which is said once, and the proxy goes on`()
        async throws
    {
        try await scenario {
            let (site, _) = try Self.siteWithCatalogOnSmallDisk()
            let disk = try #require(site.folder.disk)
            let first = try site.serve()
            try Self.serves(first, site)
            _ = try Self.reaches("following", first)
            #expect(try first.stop().status == 0)
            try disk.remount("ro")
            let server = try site.serve()
            for _ in 0..<5 { try Self.serves(server, site) }
            let standing = try Self.reaches("failed", server, isComplete: false)
            #expect(standing["code"] as? String == "unavailable")
            let ending = try server.stop()
            #expect(Self.lines(ending).count == 1, "\(Self.lines(ending))")
            try disk.remount("rw")
            let again = try site.serve()
            _ = try Self.reaches("following", again)
            #expect(try again.stop().status == 0)
        }
    }

    /// The log lies on the machine's disk, the catalog with the configuration on one of its own.
    private static func siteWithCatalogOnSmallDisk() throws -> (Site, ScenarioFolder) {
        let site = try Site(megabytes: 64)
        let elsewhere = try ScenarioFolder()
        try site.folder.edit(
            Site.configuration,
            [
                (
                    "dir: log ",
                    "catalog: log-catalog\n  state: \(elsewhere.path)/log-state\n  dir: \(elsewhere.path)/log "
                )
            ])
        return (site, elsewhere)
    }
}
