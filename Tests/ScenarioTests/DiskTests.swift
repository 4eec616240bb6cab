// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite(.enabled(if: SmallDisk.isPossible, SmallDisk.reason))
struct `The disk of the log` {
    private static func site() throws -> Site {
        let site = try Site(
            rate: "rate: 100000/s, burst: 1000", roles: ["reader", "writer"], megabytes: 64)
        // A catalog on the same disk would take room and give it back at moments of its own.
        try site.folder.edit(Site.configuration, [("log:\n", "log:\n  catalog: off\n")])
        return site
    }

    @Test
    func
        `GapsAreRecorded: while it is full accesses are refused, and without a restart served again`()
        async throws
    {
        try await scenario {
            let site = try Self.site()
            let disk = try #require(site.folder.disk)
            let server = try site.serve()
            var answered: [String] = []
            for _ in 1...3 {
                let load = Load(port: server.port, clients: 4, requests: site.mixedRequests)
                try load.answered(20)
                try disk.fill()
                try load.refused(50)
                let refused = try Self.refusals(by: server, of: site)
                try disk.free()
                // At once, without waiting for anything.
                for request in site.mixedRequests {
                    let answer = try server.exchange(request)
                    #expect(answer.status == 200)
                    answered.append(try #require(answer.record))
                }
                try load.answered(load.answers + 20)
                load.stop()
                answered += try load.finished()
                // What may change something did not get through unrecorded.
                #expect(Set(refused).isDisjoint(with: site.service.reached))
            }
            #expect(try server.stop().status == 0)
            // The next start settles what was under way when the room ran out.
            #expect(try site.serve().stop().status == 0)

            let leaves = try site.leaves().map { try Leaf($0) }
            let stages = Dictionary(
                grouping: leaves.filter { $0.action == "http.request" }, by: \.uid
            )
            .mapValues { $0.map(\.stage) }
            #expect(answered.filter { stages[$0]?.last != "complete" } == [])
            #expect(stages.filter { $0.value.last == "started" } == [:])
            let report = try Self.report(of: site)
            #expect(report.integrity == "ok")
            #expect(report.codes == ["admitted_gap"])
            #expect(report.exitCode == 11)
            // Gaps name all that is missing: numbers go from 1 to the last without another hole.
            let first = leaves.filter {
                $0.text("producer", "boot") == leaves[0].text("producer", "boot")
            }
            let last = first.map { $0.number("written", "seq") }.max() ?? 0
            let admitted = first.filter { $0.action == "audit.gap" }
                .reduce(0) { $0 + $1.number("gap", "count") }
            #expect(admitted > 0)
            #expect(first.count + admitted == last)
        }
    }

    @Test func `full, it keeps the proxy from being ready, until there is room again`() async throws
    {
        try await scenario {
            let site = try Self.site()
            let disk = try #require(site.folder.disk)
            let server = try site.serve()
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.admin("/readyz").status == 200)
            try disk.fill()
            _ = try Self.refusals(by: server, of: site)
            let ready = try server.admin("/readyz")
            #expect(ready.status == 503)
            #expect(String(decoding: ready.body, as: UTF8.self).contains("no space left"))
            let full = try site.folder.run(.countersign, "status", "-c", Site.configuration)
            #expect(full.status == 1)
            #expect(full.text.contains("running, but the log takes no records now"), "\(full.text)")
            #expect(full.text.contains("records found no room since the start"), "\(full.text)")
            // What only reads does not get through either.
            var unread: [String] = []
            for _ in 0..<20 {
                let answer = try server.exchange(site.request())
                if answer.status == 503 { unread.append(try #require(answer.record)) }
            }
            #expect(!unread.isEmpty)
            #expect(Set(unread).isDisjoint(with: site.service.reached))
            try disk.free()
            // No request helps: a proxy that is not ready gets none.
            try server.waits(orSays: try server.admin("/readyz").text) {
                try server.admin("/readyz").status == 200 ? () : nil
            }
            let healed = try site.read("status").text
            #expect(healed.contains("running, admin on"))
            #expect(healed.contains("records found no room since the start"))
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.stop().status == 0)
        }
    }

    @Test
    func `RecordedBeforeInForce: while it is full no rule and no key changes, and then they do`()
        async throws
    {
        try await scenario {
            let site = try Self.site()
            let disk = try #require(site.folder.disk)
            // Files of the configuration lie elsewhere, or they could not be changed.
            let elsewhere = try ScenarioFolder()
            let on = site.folder.path + "/site"
            let text = try site.folder.text(Site.configuration)
                .replacing("dir: log ", with: "state: \(on)/log-state\n  dir: \(on)/log ")
                .replacing("key_file: log.key", with: "key_file: \(on)/log.key")
            try elsewhere.write(Array(text.utf8), to: "countersign.yaml")
            try elsewhere.write(try site.folder.bytes("site/keys.yaml"), to: "keys.yaml")
            let configuration = elsewhere.file("countersign.yaml")
            let server = try Server(in: site.folder, configuration)
            func run(_ arguments: String...) throws -> ChildProcess.Ending {
                try site.folder.start(.countersign, arguments + ["-c", configuration]).ending()
            }
            func inForce() throws -> [Substring] {
                let status = String(decoding: try server.admin("/status").body, as: UTF8.self)
                return status.matches(of: /"(?:config|deciding)":"([^"]+)"/).map(\.1)
            }
            #expect(try server.exchange(site.request()).status == 200)
            let before = try inForce()
            #expect(before.count == 2)
            try disk.fill()
            _ = try Self.refusals(by: server, of: site)
            // Where there is no room for an access there may be some for a record without values.
            var loaded = 1
            while try run("reload").status == 0 { loaded += 1 }
            #expect(try inForce() == before)

            try elsewhere.edit(
                "countersign.yaml", [("roles: [reader], methods: [GET]", "roles: [none]")])
            let reload = try run("reload")
            #expect(reload.status == 5)
            // The text of the new rules is kept beside the log before the record names it.
            #expect(
                reload.messages.contains("text of the rules cannot be kept")
                    || reload.messages.contains("the log has no record"), "\(reload.messages)")
            #expect(
                reload.messages.lowercased().contains("no space left"), "\(reload.messages)")
            let minted = try run("token", "mint", "--as", "bob", "--role", "reader")
            #expect(minted.status == 5)
            #expect(minted.messages.contains("it is not in force"), "\(minted.messages)")
            #expect(!minted.messages.contains("has recorded it"), "\(minted.messages)")
            #expect(try inForce() == before)

            // The keys need nobody's help, the configuration waits to be asked for.
            try disk.free()
            _ = try server.process.line(.messages, beginning: "changed keys are in force")
            let key = minted.text.trimmed
            let asBob = "GET /invoices/1 HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: \(key)\r\n\r\n"
            #expect(try server.exchange(asBob).status == 200)
            #expect(try run("reload").status == 0)
            #expect(try server.exchange(asBob).status == 403)
            #expect(try server.stop().status == 0)
            let leaves = try site.leaves()
            #expect(leaves.count { $0.contains("\"config.loaded\"") } == loaded + 2)
            #expect(leaves.count { $0.contains("\"config.rejected\"") } == 0)
        }
    }

    /// The room that is left over may still do for a record or two; then there is none.
    private static func refusals(by server: Server, of site: Site) throws -> [String] {
        var refused: [String] = []
        var inARow = 0
        while inARow < 20 {
            let answer = try server.exchange(site.mixedRequests[1])
            inARow = answer.status == 503 ? inARow + 1 : 0
            guard answer.status == 503 else { continue }
            #expect(String(decoding: answer.body, as: UTF8.self).contains("log_unavailable"))
            refused.append(try #require(answer.record))
        }
        return refused
    }

    private static func report(
        of site: Site
    ) throws -> (integrity: String?, codes: Set<String>, exitCode: Int32) {
        let ending = try site.folder.run(
            .countersign, "verify", "--json", "-c", Site.configuration)
        let value = try JSONSerialization.jsonObject(with: Data(ending.output)) as? [String: Any]
        let findings = value?["findings"] as? [[String: Any]] ?? []
        return (
            value?["integrity"] as? String, Set(findings.compactMap { $0["code"] as? String }),
            ending.status
        )
    }

    @Test func `without room for a log none is begun, and with room it is`() async throws {
        try await scenario {
            let site = try Self.site()
            let disk = try #require(site.folder.disk)
            try disk.fill()
            for _ in 0..<2 {
                let refused = try site.start().ending()
                #expect(refused.status == 1)
                #expect(refused.messages.contains("no space left"), "\(refused.messages)")
                #expect(!refused.messages.contains("proxy on"))
            }
            try disk.free()
            let server = try site.serve()
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.stop().status == 0)
            #expect(try Self.report(of: site).codes == [])
            #expect(try site.leaves().count { $0.contains("\"log.start\"") } == 1)
        }
    }

    @Test func `read-only it is not written to, and can be verified`() async throws {
        try await scenario {
            let site = try Self.site()
            let disk = try #require(site.folder.disk)
            let server = try site.serve()
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.stop().status == 0)
            let before = try site.leaves()

            try disk.remount("ro")
            let refused = try site.start().ending()
            #expect(refused.status == 1)
            #expect(refused.messages.contains("Read-only file system"), "\(refused.messages)")
            #expect(refused.messages.contains("Check the owner and mode"), "\(refused.messages)")
            #expect(!refused.messages.contains("proxy on"))
            #expect(try site.read("verify").text.contains("Integrity OK"))
            #expect(try site.leaves() == before)

            try disk.remount("rw")
            let again = try site.serve()
            #expect(try again.exchange(site.request()).status == 200)
            #expect(try again.stop().status == 0)
            _ = try site.read("verify")
        }
    }
}
