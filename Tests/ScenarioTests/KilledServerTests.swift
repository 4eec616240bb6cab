// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `A proxy that is killed` {
    @Test
    func `DurableBeforeAcknowledged: under load, round after round, no answered record is lost`()
        async throws
    {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 1000", roles: ["reader", "writer"])
            var answered: [String] = []
            for round in 1...4 {
                let server = try site.serve()
                let load = Load(port: server.port, clients: 6, requests: site.mixedRequests)
                try load.answered(60 * round)
                server.process.signal(9)
                #expect(try server.process.ending().status == -9)
                answered += try load.finished()

                // What is there verifies before anybody has opened it again.
                let verified = try site.folder.run(
                    .countersign, "verify", "-c", Site.configuration)
                #expect(verified.text.contains("Integrity OK"), "\(verified.text)")
            }
            let server = try site.serve()
            let verified = try site.read("verify")
            #expect(verified.text.contains("Integrity OK"))
            #expect(verified.text.contains("Completeness OK: 5 starts"), "\(verified.text)")
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.stop().status == 0)
            _ = try site.read("verify")

            let leaves = try site.leaves()
            #expect(Site.lost(answered, in: leaves).isEmpty)
            #expect(answered.count >= 600)
            #expect(leaves.count { $0.contains("\"log.start\"") } == 5)
        }
    }

    @Test func `a second process on the same log is refused, with what to do`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let second = try site.folder.run(.countersign, "serve", "-c", Site.configuration)
            #expect(second.status == 1)
            #expect(second.messages.contains("Another process uses the log in site/log. Stop it"))
            #expect(!second.messages.contains("proxy on"))
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.stop().status == 0)
            _ = try site.read("verify")
            #expect(try site.leaves().count { $0.contains("\"log.start\"") } == 1)
        }
    }
}
