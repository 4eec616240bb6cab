// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `A configuration that is changed under a running proxy` {
    @Test
    func `a good file takes force, a bad one is refused and the old stays, and both are recorded`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            #expect(try server.exchange(site.request()).status == 200)

            try site.folder.edit(
                Site.configuration, [("roles: [reader], methods: [GET]", "roles: [none]")])
            server.process.signal(1)
            _ = try server.process.line(.messages, beginning: "configuration reloaded")
            #expect(try server.exchange(site.request()).status == 403)

            // It would let Alice in again, if only it were spelled right.
            try site.folder.edit(
                Site.configuration,
                [("roles: [none]", "roles: [reader]"), ("upstream:", "upstreem:")])
            server.process.signal(1)
            _ = try server.process.line(.messages, beginning: "countersign: reload refused:")
            let fault = try server.process.line(.messages, beginning: "  site/countersign.yaml:")
            #expect(fault.contains("upstre"))
            #expect(try server.exchange(site.request()).status == 403)

            // A changed listener is well spelled, and takes a restart.
            try site.folder.edit(
                Site.configuration,
                [("upstreem:", "upstream:"), ("127.0.0.1:0  #", "127.0.0.2:0  #")])
            server.process.signal(1)
            let refusal = try server.process.line(
                .messages, beginning: "countersign: reload refused:", count: 2)
            #expect(refusal.contains("restart"))
            #expect(try server.exchange(site.request()).status == 403)

            let leaves = try site.leaves()
            #expect(leaves.count { $0.contains("\"config.loaded\"") } == 2)
            #expect(leaves.count { $0.contains("\"config.rejected\"") } == 2)
            _ = try site.read("verify")
            #expect(try server.stop().status == 0)
        }
    }

    @Test
    func `keys that are made and withdrawn count without a reload, and each change is a record`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let minted = try site.folder.start(
                .countersign,
                ["token", "mint", "-c", Site.configuration, "--as", "bob", "--role", "reader"]
            ).ending()
            #expect(minted.status == 0, "\(minted.messages)")
            let key = minted.text.trimmed
            let id = String(key.dropFirst(4).prefix(8))
            let request = "GET /invoices/1 HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: \(key)\r\n\r\n"
            _ = try server.process.line(.messages, beginning: "changed keys are in force")
            #expect(try server.exchange(request).status == 200)

            try site.folder.succeed("token", "revoke", id, "-c", Site.configuration)
            _ = try server.process.line(.messages, beginning: "changed keys are in force", count: 2)
            #expect(try server.exchange(request).status == 401)

            // Half a file changes nothing.
            try site.folder.edit("site/keys.yaml", [("name: alice", "nam: alice")])
            _ = try server.process.line(
                .messages, beginning: "countersign: changed keys refused:")
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.exchange(request).status == 401)

            let changes = try site.leaves().filter { $0.contains("\"object\":\"credentials\"") }
            #expect(changes.count == 3)
            #expect(changes[0].contains("\"keys_added\":[\"machines/\(id)\"]"))
            #expect(changes[1].contains("\"keys_removed\":[\"machines/\(id)\"]"))
            #expect(changes[2].contains("\"config.rejected\""))
            let uses = try site.leaves().filter { $0.contains("\"key\":\"\(id)\"") }
            #expect(uses.count == 3)
            #expect(uses[1].contains("\"key_revoked\""))
            #expect(uses[1].contains("\"verified\":true"))
            _ = try site.read("verify")
            #expect(try server.stop().status == 0)
        }
    }
}
