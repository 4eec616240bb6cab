// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `The log as it is given to others` {
    @Test func `over HTTP and as an export it is the same, byte for byte, and verifies`()
        async throws
    {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 1000")
            let server = try site.serve()
            // More than one whole tile.
            let load = Load(port: server.port, clients: 4, most: 75, requests: [site.request()])
            #expect(try load.finished().count == 300)
            let export = try quietExport(site, server)
            let files = try site.folder.files(below: export)
            for path in ["checkpoint", "log.vkey", "tile/0/000", "tile/entries/000"] {
                #expect(files.contains(path))
            }
            for path in files where path != "log.vkey" {
                let answer = try server.admin("/tlog/\(path)")
                #expect(answer.status == 200, "\(path)")
                #expect(try answer.body == site.folder.bytes(export + "/" + path), "\(path)")
            }
            #expect(try server.stop().status == 0)

            let verified = try site.folder.run(.verifier, export, "--key", export + "/log.vkey")
            #expect(verified.status == 0, "\(verified.text) \(verified.messages)")
            let json = try site.folder.run(
                .verifier, export, "--key", export + "/log.vkey", "--json")
            #expect(json.text.contains("\"verdict\":\"verified\""))
            let own = try site.folder.run(
                .countersign, "verify", "--log", export, "--key", export + "/log.vkey", "--json")
            #expect(own.status == 0, "\(own.messages)")
            #expect(own.text.contains("\"verdict\":\"verified\""))

            let entries = export + "/tile/entries/000"
            var bytes = try site.folder.bytes(entries)
            bytes[1000] ^= 1
            try site.folder.write(bytes, to: entries)
            let changed = try site.folder.run(.verifier, export, "--key", export + "/log.vkey")
            #expect(changed.status == 10)
        }
    }

    /// An export that is as large as what is served: a heartbeat may come in between.
    private func quietExport(_ site: Site, _ server: Server) throws -> String {
        for attempt in 1...20 {
            let name = "export\(attempt)"
            // A directory that is named has no place for a record, which would be one more than is exported.
            _ = try site.read(
                "log", "export", "--format", "tlog-tiles", "--out", name, "--log", "site/log",
                "--key", try site.read("key", "export-public").text.trimmed)
            let served = try server.admin("/tlog/checkpoint").body
            if try served == site.folder.bytes(name + "/checkpoint") { return name }
        }
        throw ScenarioFault("the log does not come to rest")
    }
}
