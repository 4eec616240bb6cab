// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `A log that is being written` {
    @Test func `verifies, exports and proves at any moment, and a stop in order loses nothing`()
        async throws
    {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 1000", roles: ["reader", "writer"])
            let server = try site.serve()
            let load = Load(port: server.port, clients: 4, most: 400, requests: site.mixedRequests)
            for round in 1...3 {
                try load.answered(50 * round)
                let verified = try site.folder.run(
                    .countersign, "verify", "-c", Site.configuration)
                #expect(verified.status == 0, "\(verified.text) \(verified.messages)")
                let export = "export\(round)"
                _ = try site.read("log", "export", "--out", export)
                let other = try site.folder.run(
                    .verifier, export, "--key", export + "/log.vkey", "--state", "seen")
                // Accesses under way have no outcome yet, and that is no gap.
                #expect(other.status == 0, "\(other.text) \(other.messages)")
                _ = try site.read("verify", "record", "\(40 * round)")
            }
            let ending = try server.stop()
            #expect(ending.status == 0, "\(ending.messages)")
            let answered = try load.finished()
            let verified = try site.read("verify")
            #expect(verified.text.contains("Completeness OK: 1 start"), "\(verified.text)")
            let leaves = try site.leaves()
            #expect(Site.lost(answered, in: leaves).isEmpty)
            #expect(leaves.last?.contains("\"log.stop\"") == true)
            // Every access that was begun has its outcome.
            let started = leaves.filter { $0.contains("\"stage\":\"started\"") }
            #expect(!started.isEmpty)
            let finished = Set(
                leaves.filter { !$0.contains("\"stage\":\"started\"") }.compactMap(Site.uid))
            #expect(started.compactMap(Site.uid).allSatisfy { finished.contains($0) })
        }
    }
}
