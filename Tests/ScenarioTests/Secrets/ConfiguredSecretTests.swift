// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `Secrets that operators have` {
    /// A configuration with something wrong in it: the text to be replaced, and by what.
    private struct Mistake: Sendable {
        var old: String
        var new: @Sendable (String) -> String
        var isAccepted = false
    }

    private static let mistakes = [
        Mistake(old: "127.0.0.1:8080", new: { _ in "env:SECRET" }),
        Mistake(old: "127.0.0.1:8080", new: { _ in "file:secret.txt" }),
        Mistake(old: "127.0.0.1:9090", new: { _ in "env:SECRET" }),
        Mistake(old: "on_failure: deny", new: { _ in "on_failure: env:SECRET" }),
        Mistake(old: "rate: 600/m", new: { _ in "rate: env:SECRET" }),
        Mistake(old: "burst: 20", new: { _ in "burst: env:SECRET" }),
        Mistake(old: "GET /invoices/{id}", new: { _ in "env:SECRET" }),
        Mistake(old: "deny: all", new: { _ in "deny: env:SECRET" }),
        Mistake(old: "version: 1", new: { _ in "version: env:SECRET" }),
        Mistake(old: "http://127.0.0.1:8081", new: { _ in "env:SECRET" }),
        Mistake(old: "http://127.0.0.1:8081", new: { "http://user:\($0)@127.0.0.1:8081" }),
        Mistake(old: "http://127.0.0.1:8081", new: { "user:\($0)@127.0.0.1:8081" }),
        Mistake(old: "http://127.0.0.1:8081", new: { "redis://:\($0)@127.0.0.1" }),
        Mistake(
            old: "origin: secrets.example", new: { _ in "origin: env:SECRET" }, isAccepted: true),
    ]

    @Test func `are not told by a configuration that points to them, wrongly or rightly`()
        async throws
    {
        try await scenario {
            var canaries = Canaries()
            for mistake in Self.mistakes {
                let folder = try ScenarioFolder()
                try folder.succeed("init", "--dir", "site", "--origin", "secrets.example")
                let secret = canaries.plant("\(mistake.old) → \(mistake.new("…"))")
                try folder.write(Array("\(secret)\n".utf8), to: "site/secret.txt")
                try folder.edit(
                    "site/countersign.yaml", [(mistake.old, mistake.new(secret))])
                for command in [["check"], ["check", "--json"], ["status"], ["doctor"]] {
                    let arguments = command + ["-c", "site/countersign.yaml"]
                    let source = try folder.source(arguments, environment: ["SECRET": secret])
                    #expect(source.bytes.count > 20)
                    if command[0] == "status" || command[0] == "doctor", mistake.isAccepted {
                        continue
                    }
                    let found = canaries.found(in: source)
                    #expect(found.isEmpty, "\(found)")
                }
            }
        }
    }

    @Test func `are not told by files that are damaged or in the wrong place`() async throws {
        try await scenario {
            var canaries = Canaries()
            let folder = try ScenarioFolder()
            try folder.succeed("init", "--dir", "site", "--origin", "secrets.example")
            try folder.edit("site/countersign.yaml", [("127.0.0.1:8080", "127.0.0.1:0")])
            let configuration = ["-c", "site/countersign.yaml"]
            func expectSilence(_ what: String) throws {
                for command in [
                    ["check"], ["serve"], ["doctor"], ["key", "list"], ["key", "export-public"],
                    ["token", "mint", "--as", "x"],
                ] {
                    let source = try folder.source(command + configuration)
                    let found = canaries.found(in: source)
                    #expect(found.isEmpty, "\(what): \(found)")
                }
            }
            let key = try folder.bytes("site/log.key")
            for text in [
                "PRIVATE+KEY+secrets.example+00000000+\(canaries.plant("key file"))",
                canaries.plant("key"),
            ] {
                try folder.write(Array((text + "\n").utf8), to: "site/log.key")
                try expectSilence("log.key")
            }
            // Without its key, nothing would be served below either way; with it, the rest is at fault.
            try folder.write(key, to: "site/log.key")
            for text in [
                "- { id: abcdefgh, digest: \"\(canaries.plant("digest"))\", name: x }\n",
                "- { id: \"\(canaries.plant("id"))\", digest: x, name: x }\n",
                "- { id: abcdefgh, key: \"\(canaries.plant("key of a list"))\" }\n",
                "\(canaries.plant("no list"))\n", "- [\(canaries.plant("no YAML"))\n",
                "- { expires: \"\(canaries.plant("expires"))\", kind: \(canaries.plant("kind")) }\n",
            ] {
                try folder.write(Array(text.utf8), to: "site/keys.yaml")
                try expectSilence("keys.yaml")
            }
            try folder.write([], to: "site/keys.yaml")
            try folder.edit(
                "site/countersign.yaml",
                [
                    (
                        "services:\n",
                        "  - { name: corp, jwks: { file: jwks.json, issuer: x, audience: [y] } }\nservices:\n"
                    )
                ])
            for text in [
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"\(canaries.plant("oct"))\"}]}",
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"\(canaries.plant("d"))\"}]}",
                "{\"keys\":[{\"kty\":\"\(canaries.plant("kty"))\"}]}", canaries.plant("no JSON"),
            ] {
                try folder.write(Array(text.utf8), to: "site/jwks.json")
                try expectSilence("jwks.json")
            }
        }
    }

    @Test func `are not told by the reader of tokens that are none`() async throws {
        try await scenario {
            var canaries = Canaries()
            let folder = try ScenarioFolder()
            for text in [
                canaries.plant("plain"), "\(canaries.plant("one")).\(canaries.plant("two")).",
            ] {
                let source = try folder.source(
                    ["token", "inspect"], environment: ["COUNTERSIGN_TOKEN": text])
                #expect(source.bytes.count > 20)
                #expect(canaries.found(in: source).isEmpty)
            }
        }
    }
}
