// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

@Suite(.enabled(if: SmallDisk.isPossible, SmallDisk.reason))
struct `The disk of the log` {
    private static func site() throws -> Site {
        try Site(rate: "rate: 100000/s, burst: 1000", roles: ["reader", "writer"], megabytes: 64)
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
            try disk.free()
            // No request helps: a proxy that is not ready gets none.
            while try server.admin("/readyz").status != 200 { sched_yield() }
            let healed = try site.read("status").text
            #expect(healed.contains("running, admin on"))
            #expect(healed.contains("records found no room since the start"))
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.stop().status == 0)
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
