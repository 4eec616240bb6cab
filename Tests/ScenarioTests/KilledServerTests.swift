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
            let site = try Site(rate: "rate: 100000/s, burst: 1000", roles: ["reader", "writer"])
            let server = try site.serve()
            let load = Load(port: server.port, clients: 3, requests: site.mixedRequests)
            try load.answered(10)
            // All at once, while the first is writing.
            for second in try (0..<4).map({ _ in try site.start() }) {
                let ending = try second.ending()
                #expect(ending.status == 1)
                #expect(ending.messages.contains(" uses the log in site/log. Stop it first"))
                #expect(!ending.messages.contains("proxy on"))
            }
            try load.answered(load.answers + 10)
            load.stop()
            let answered = try load.finished()
            #expect(load.refusals == [])
            #expect(try server.stop().status == 0)
            let verified = try site.read("verify")
            #expect(verified.text.contains("Completeness OK: 1 start"))
            #expect(Site.lost(answered, in: try site.leaves()).isEmpty)
        }
    }
}
