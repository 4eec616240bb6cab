// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `The demo` {
    @Test func `shows requests, records, verification and a forger caught, and ends well`()
        async throws
    {
        try await scenario {
            let folder = try ScenarioFolder()
            let demo = try folder.run(.countersign, "demo", "--once")
            #expect(demo.status == 0, "\(demo.messages)")
            #expect(demo.messages.isEmpty, "\(demo.messages)")
            for text in [
                "ALLOW 200 role_match", "DENY 403 rule_denied", "CHALLENGE 401 no_credentials",
                "DENY 400 ambiguous_framing", "LIMIT 429 rate_limited", "Alice Moreau",
                "Integrity OK: 15 records", "Completeness OK", "Integrity FAILED",
                "record 3: stored bytes do not match the tree", "would exit with 10",
            ] {
                #expect(demo.text.contains(text), "\(text)")
            }
            #expect(demo.text.contains("countersign init --upstream"))
            #expect(demo.text.trimmed.hasSuffix("and the forgery was found."))
            // Without --dir, nothing stays.
            #expect(try folder.files(below: ".") == [])
        }
    }

    @Test func `tells a program what came of it in one value`() async throws {
        try await scenario {
            let folder = try ScenarioFolder()
            let demo = try folder.run(.countersign, "demo", "--once", "--json")
            #expect(demo.status == 0, "\(demo.messages)")
            #expect(demo.text.split(separator: "\n").count == 1)
            for fact in [#""verdict":"verified""#, #""forgery":"integrity_failure""#] {
                #expect(demo.text.contains(fact), "\(demo.text)")
            }
        }
    }

    @Test func `leaves nothing behind when a signal ends it`() async throws {
        try await scenario {
            let folder = try ScenarioFolder()
            let demo = try folder.start(.countersign, ["demo"])
            _ = try demo.line(.output, beginning: "   Ctrl-C ends it.")
            demo.signal(15)
            let ending = try demo.ending()
            #expect(ending.status == 0, "\(ending.messages)")
            #expect(try folder.files(below: ".") == [])
        }
    }

    @Test func `the requests it prints work, more than once`() async throws {
        try await scenario {
            let folder = try ScenarioFolder()
            let demo = try folder.start(.countersign, ["demo"])
            let line = try demo.line(.output, beginning: "   curl -i -H 'X-Api-Key")
            let call = try #require(line.firstMatch(of: /X-Api-Key: ([^']+)' http:.*:(\d+)\//))
            let port = try #require(Int(call.2))
            for _ in 0..<20 {
                let answer = try HTTPConnection.exchange(
                    port: port,
                    "GET /invoices/7 HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: \(call.1)\r\n\r\n")
                #expect(answer.status == 200)
            }
            demo.signal(2)
            #expect(try demo.ending().status == 0)
        }
    }

    /// The demo's folder in a temporary one.
    private func kept() throws -> ScenarioFolder {
        let folder = try ScenarioFolder()
        try folder.succeed("demo", "--once", "--dir", "d")
        return folder
    }

    @Test func `keeps its folder on request, for verify and export`() async throws {
        try await scenario {
            let folder = try kept()
            try folder.succeed("verify", "-c", "d/countersign.yaml")
            try folder.succeed(
                "log", "export", "-c", "d/countersign.yaml", "--format", "tlog-tiles", "--out", "x")
            let verified = try folder.run(.verifier, "x", "--key", "x/log.vkey", "--json")
            #expect(verified.status == 0)
            #expect(verified.text.contains("\"verdict\":\"verified\""))
            // A folder with something in it is nobody's to write to.
            let again = try folder.run(.countersign, "demo", "--once", "--dir", "d")
            #expect(again.status == 1)
            #expect(again.messages.contains("d is not empty; name a folder"))
        }
    }

    @Test func `a changed byte is found by verify, and serve refuses the log with what to do`()
        async throws
    {
        try await scenario {
            let folder = try kept()
            let entries = "d/log/" + EntriesFile.name
            var bytes = try folder.bytes(entries)
            EntriesFile.forge(&bytes, record: 3)
            try folder.write(bytes, to: entries)
            // Twice: a refused start must leave the evidence as it is.
            for _ in 1...2 {
                let verified = try folder.run(.countersign, "verify", "-c", "d/countersign.yaml")
                #expect(verified.status == 10)
                #expect(
                    verified.text.contains("record 3: stored bytes do not match the tree"),
                    "\(verified.text)")
                #expect(verified.messages.contains("the log was CHANGED"))
                let served = try folder.run(.countersign, "serve", "-c", "d/countersign.yaml")
                #expect(served.status == 10)
                #expect(
                    served.messages.contains(
                        "segments/00000000/entries contradicts the commit journal at byte"))
                #expect(served.messages.contains("Run `countersign verify`"))
                #expect(!served.messages.contains("proxy on"))
            }
        }
    }

    @Test func `an older copy of the log is a rollback to verify and to serve`() async throws {
        try await scenario {
            let folder = try kept()
            try folder.copy("d/log", to: "older")
            let server = try Server(in: folder, "d/countersign.yaml")
            #expect(try server.stop().status == 0)
            try folder.succeed("verify", "-c", "d/countersign.yaml")
            try folder.remove("d/log")
            try folder.move("older", to: "d/log")
            let verified = try folder.run(.countersign, "verify", "-c", "d/countersign.yaml")
            #expect(verified.status == 12)
            #expect(verified.text.contains("History FAILED"))
            let served = try folder.run(.countersign, "serve", "-c", "d/countersign.yaml")
            #expect(served.status == 12)
            #expect(served.messages.contains("Restore the newest copy"))
        }
    }

    @Test func `stays up without --once, and a signal ends it in order`() async throws {
        try await scenario {
            let folder = try ScenarioFolder()
            let demo = try folder.start(.countersign, ["demo", "--dir", "d"])
            let curl = try demo.line(.output, beginning: "   curl -i http://")
            let port = try #require(curl.firstMatch(of: /:(\d+)\//).flatMap { Int($0.1) })
            _ = try demo.line(.output, beginning: "   Ctrl-C ends it.")
            let answer = try HTTPConnection.exchange(
                port: port, "GET /invoices/7 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(answer.status == 401)
            demo.signal(2)
            let ending = try demo.ending()
            #expect(ending.status == 0, "\(ending.messages)")
            try folder.succeed("verify", "-c", "d/countersign.yaml")
            let uid = try #require(answer.record)
            try folder.succeed("log", "get", uid, "-c", "d/countersign.yaml")
        }
    }
}
