// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `Bad usage` {
    @Test func `an unknown option or command ends with 2 and the nearest name`() async throws {
        try await scenario {
            let folder = try ScenarioFolder()
            let calls: [(Program, [String], String)] = [
                (.countersign, ["verify", "--jsn"], "Did you mean '--json'?"),
                (.countersign, ["serve", "--confg", "x"], "Did you mean '--config'?"),
                (.countersign, ["serv"], "did you mean `serve`?"),
                (.countersign, ["log", "tial"], "did you mean `tail`?"),
                (.verifier, ["x", "--jsn"], "Did you mean '--json'?"),
                (.verifier, [], "Missing expected argument '<path>'"),
            ]
            for (program, arguments, hint) in calls {
                let ending = try folder.start(program, arguments).ending()
                #expect(ending.status == 2, "\(program) \(arguments)")
                #expect(ending.output.isEmpty, "\(program) \(arguments)")
                #expect(ending.messages.contains(hint), "\(arguments): \(ending.messages)")
            }
            for program in [Program.countersign, .verifier] {
                let help = try folder.run(program, "--help")
                #expect(help.status == 0)
                #expect(help.text.contains("EXAMPLES"))
                #expect(help.messages.isEmpty)
            }
        }
    }

    @Test func `a configuration with several faults lists all, with place and nearest name`()
        async throws
    {
        try await scenario {
            let folder = try ScenarioFolder()
            try folder.succeed("init", "--dir", "site")
            try folder.edit(
                "site/countersign.yaml",
                [
                    ("on_failure: deny", "on_failur: deny"), ("rate: 600/m", "rate: often"),
                    ("methods: [GET]", "method: [GET]"),
                ])
            for command in ["check", "serve"] {
                let ending = try folder.run(.countersign, command, "-c", "site/countersign.yaml")
                #expect(ending.status == 2)
                let lines = ending.messages.split(separator: "\n")
                #expect(lines.first == "countersign: the configuration has 3 mistakes:")
                let places = #/site/countersign\.yaml:\d+:\d+:/#
                #expect(lines.count { $0.contains(places) } == 3, "\(ending.messages)")
                for name in ["`on_failure`", "`methods`", "100/m"] {
                    #expect(ending.messages.contains(name), "\(name): \(ending.messages)")
                }
            }
            // Nothing was begun.
            #expect(try folder.files(below: "site").allSatisfy { !$0.hasPrefix("log/") })
        }
    }

    @Test func `a service that is not there, and a port that is taken, are told`() async throws {
        try await scenario {
            let site = try Site()
            let (taken, port) = try Socket.listening()
            try site.folder.edit(
                Site.configuration,
                [
                    ("127.0.0.1:0  #", "127.0.0.1:\(port)  #"),
                    ("127.0.0.1:\(site.service.port)", "127.0.0.1:1"),
                ])
            let refused = try site.folder.run(.countersign, "serve", "-c", Site.configuration)
            #expect(refused.status == 5, "\(refused.messages)")
            #expect(refused.messages.contains("\(port)"))
            taken.shutDown()

            try site.folder.edit(
                Site.configuration, [("127.0.0.1:\(port)  #", "127.0.0.1:0  #")])
            let server = try site.serve()
            let answer = try server.exchange(site.request())
            #expect(answer.status == 502)
            let uid = try #require(answer.record)
            #expect(try site.leaves().contains { $0.contains(uid) })
            #expect(try server.stop().status == 0)
            _ = try site.read("verify")
        }
    }
}
