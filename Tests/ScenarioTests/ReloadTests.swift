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
            let rejected = leaves.filter { $0.contains("\"config.rejected\"") }
            #expect(rejected.count == 2)
            // Of a configuration that cannot be read, nothing is said but where.
            #expect(rejected[0].contains(#""detail":"missing at site/countersign.yaml:"#))
            #expect(!rejected[0].contains("\"after_config\""))
            // Of one that is refused before its files are read, nothing about these.
            #expect(rejected[1].contains(#""detail":"a restart is needed for listen[0].address""#))
            #expect(rejected[1].contains("\"after_config\""))
            #expect(!rejected[1].contains("\"files\""))
            #expect(rejected.allSatisfy { !$0.contains("\"after_sha256\"") })
            _ = try site.read("verify")
            #expect(try server.stop().status == 0)
        }
    }

    @Test
    func `the proxy that runs is found, whatever the file says by now of where it is`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            func run(_ arguments: String...) throws -> ChildProcess.Ending {
                try site.folder.start(.countersign, arguments + ["-c", Site.configuration])
                    .ending()
            }
            // Nobody listens on the port of the multiplexer of RFC 1078.
            try site.folder.edit(
                Site.configuration, [("127.0.0.1:0    # for", "127.0.0.1:1    # for")])
            let moved = try run("reload")
            #expect(moved.status == 2)
            #expect(moved.messages.contains("a change of admin.address takes effect at a restart"))
            let place = "running, admin on 127.0.0.1:\(server.adminPort)"
            #expect(try site.read("status").text.contains(place))
            #expect(try site.read("doctor").text.contains(place))
            let minted = try run("token", "mint", "--as", "bob", "--role", "reader")
            #expect(minted.messages.contains("in force in the running proxy"), "\(minted.messages)")
            // Reading values is recorded, by the proxy if it is found.
            _ = try server.exchange(site.request())
            _ = try site.read("log", "tail")
            #expect(try site.leaves().contains { $0.contains("\"log.query\"") })

            // With its state elsewhere it is found at its admin address, and only there.
            try site.folder.edit(
                Site.configuration,
                [
                    ("127.0.0.1:1    # for", "127.0.0.1:\(server.adminPort)    # for"),
                    ("dir: log ", "state: elsewhere\n  dir: log "),
                ])
            let state = try run("reload")
            #expect(state.status == 2)
            #expect(state.messages.contains("log.state"), "\(state.messages)")
            #expect(try site.read("status").text.contains(place))
            try site.folder.edit(
                Site.configuration,
                [("127.0.0.1:\(server.adminPort)    # for", "127.0.0.1:1    # for")])
            let lost = try run("reload")
            #expect(lost.status == 5)
            for key in ["`log.state`", "`log.dir`", "`admin.address`"] {
                #expect(lost.messages.contains(key), "\(lost.messages)")
            }
            #expect(try server.exchange(site.request()).status == 200)
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

            // Nor does a file that is gone.
            try site.folder.move("site/keys.yaml", to: "site/keys.away")
            _ = try server.process.line(
                .messages, beginning: "countersign: changed keys refused:", count: 2)
            try site.folder.move("site/keys.away", to: "site/keys.yaml")

            let changes = try site.leaves().filter { $0.contains("\"object\":\"credentials\"") }
            #expect(changes.count >= 4)
            #expect(changes[0].contains("\"keys_added\":[\"machines/\(id)\"]"))
            #expect(changes[1].contains("\"keys_removed\":[\"machines/\(id)\"]"))
            #expect(changes[2].contains("\"config.rejected\""))
            #expect(changes[2].contains(#""detail":""#))
            #expect(changes[2].contains(" at site/keys.yaml:"))
            #expect(changes[2].contains("\"files\":[{"))
            #expect(!changes[2].contains("\"after_sha256\""))
            #expect(changes[3].contains(#""detail":"site/keys.yaml (api_keys) does not exist""#))
            #expect(!changes[3].contains("\"files\""))
            #expect(!changes[3].contains("\"after_sha256\""))
            let uses = try site.leaves().filter { $0.contains("\"key\":\"\(id)\"") }
            #expect(uses.count == 3)
            #expect(uses[1].contains("\"key_revoked\""))
            #expect(uses[1].contains("\"verified\":true"))
            _ = try site.read("verify")
            #expect(try server.stop().status == 0)
        }
    }
}
