// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `What version 1 left` {
    @Test(arguments: KeptSite.Name.allCases)
    func `is verified by both programs, in place and exported`(
        name: KeptSite.Name
    ) async throws {
        try await scenario {
            let kept = try KeptSite(name)
            let count = try kept.size()
            let verified = try kept.said("verify")
            #expect(verified.contains("Integrity OK: \(count) records"), "\(verified)")
            #expect(verified.contains("Completeness OK"), "\(verified)")
            #expect(verified.contains(" 0 missing, 0 mismatch"), "\(verified)")
            #expect(verified.contains(" 0 erased") == (name == .site), "\(verified)")

            let key = try kept.said("key", "export-public").trimmed
            _ = try kept.said(
                "log", "export", "--log", kept.path("log"), "--key", key, "--out", "made")
            for log in [kept.path("log"), "made"] {
                let other = try kept.folder.run(.verifier, log, "--key", key)
                #expect(other.status == 0, "\(log): \(other.text)\(other.messages)")
            }
        }
    }

    @Test(arguments: KeptSite.Name.allCases)
    func `is handed over as packs that both programs judge`(name: KeptSite.Name) async throws {
        try await scenario {
            let kept = try KeptSite(name)
            let key = try kept.said("key", "export-public").trimmed
            for (query, disclosed, pack) in [
                ("", "who,what,where", "whole"), ("is:denied", "what", "denied.tar"),
            ] {
                _ = try kept.said(
                    "log", "export", "--format", "pack", "-q", query, "--disclose", disclosed,
                    "--purpose", "a test", "--out", pack)
                for words in [["verify", "pack"], ["pack"]] {
                    let program = words.count == 1 ? Program.verifier : .countersign
                    let judged = try kept.folder.start(program, words + [pack, "--key", key])
                        .ending()
                    #expect(judged.status == 0, "\(pack): \(judged.text)\(judged.messages)")
                    let lines = judged.text.split(separator: "\n")
                    #expect(lines[0].hasPrefix("key log.example/"), "\(judged.text)")
                    #expect(lines[1].hasPrefix("verified: "), "\(judged.text)")
                    #expect(lines[1].contains("filtered") == (pack == "denied.tar"))
                }
                let again = try kept.run(
                    "log", "export", "--format", "pack", "--out", pack)
                #expect(again.status == 1)
                #expect(again.messages.contains("exists already"), "\(again.messages)")
            }
            let keyless = try kept.folder.run(.verifier, "pack", "whole", "--key", "nonsense")
            #expect(keyless.status == 2, "\(keyless.messages)")
        }
    }

    @Test(arguments: KeptSite.Name.allCases)
    func `is listed, searched, shown, explained and proven record by record`(
        name: KeptSite.Name
    ) async throws {
        try await scenario {
            let kept = try KeptSite(name)
            let log = ["--log", kept.path("log")]
            func said(_ words: [String]) throws -> String {
                let ending = try kept.folder.start(.countersign, words + log).ending()
                #expect(ending.status == 0, "\(words): \(ending.messages)")
                #expect(!ending.text.contains("\u{1b}"), "\(words)")
                return ending.text
            }
            let count = try kept.size()
            let list = try said(["log", "query", "--limit", "\(count)"])
            #expect(list.split(separator: "\n").count == count + 1)
            // Whoever was erased is found by nothing but the opaque id.
            let named = try kept.run("log", "query", "--actor", "Ada Lovelace")
            #expect(named.status == (name == .site ? 0 : 3), "\(named.messages)")
            let alice = try kept.said(
                "log", "query", "--actor", "Alice Writer", "--path", "/invoices")
            #expect(alice.contains("POST /invoices"), "\(alice)")

            let key = try kept.said("key", "export-public").trimmed
            let last = count - 1
            for index in name == .site ? [0, 2, last / 2, last] : Array(7...last) {
                let shown = try said(["log", "get", "\(index)"])
                #expect(shown.contains("written.index"), "\(shown)")
                _ = try said(["explain", "\(index)"])
                let proof = try said(["log", "get", "\(index)", "--proof"])
                try kept.folder.write(Array(proof.utf8), to: "proof")
                let proven = try kept.folder.run(.verifier, "proof", "--key", key)
                #expect(proven.status == 0, "record \(index): \(proven.text)\(proven.messages)")
            }
        }
    }

    @Test(arguments: KeptSite.Name.allCases)
    func `goes on, and what was kept is still its beginning`(
        name: KeptSite.Name
    ) async throws {
        try await scenario {
            let kept = try KeptSite(name)
            let entries = kept.path("log/segments/00000000/entries")
            let before = try (kept.size(), kept.folder.bytes(entries))
            try kept.folder.copy(kept.path("log/checkpoint"), to: "before")

            let server = try kept.serve()
            let read = try server.exchange(kept.request("GET /invoices/77"))
            #expect(read.status == 200)
            let write = try server.exchange(
                kept.request("POST /invoices", "Content-Length: 2\r\n", body: "{}"))
            #expect(write.status == 200)
            let uids = try [read, write].map { try #require($0.record) }
            #expect(try server.stop().status == 0)

            #expect(try kept.size() > before.0 + 4)
            #expect(try kept.folder.bytes(entries).starts(with: before.1))
            let leaves = try kept.leaves()
            for uid in uids { #expect(leaves.contains { $0.uid == uid }) }
            #expect(
                leaves.last { $0.action == "log.start" }?.value("recovery", "clean") as? Bool
                    == true)
            // One holder is one subject, whichever version met her first.
            let alice = try kept.said(
                "log", "query", "--actor", "Alice Writer", "--path", "/invoices")
            #expect(alice.contains("/invoices/77"))
            #expect(alice.contains("/invoices/12") || name == .later)

            _ = try kept.said("verify")
            let grown = try kept.said("verify", "consistency", "--old", "before")
            #expect(grown.contains("old_size: \(before.0)"), "\(grown)")
        }
    }

    @Test func `was handed out, and is verified by what was handed out with it`() async throws {
        try await scenario {
            let folder = try KeptSite(.site).folder
            func verified(_ program: Program, _ words: String...) throws {
                let ending = try folder.start(program, words).ending()
                #expect(ending.status == 0, "\(words): \(ending.text)\(ending.messages)")
            }
            for key in ["log.vkey", "first.vkey"] {
                // Whoever has the first key only is led to the one after it.
                try verified(.verifier, "site/log", "--key", key)
            }
            try verified(.verifier, "export", "--key", "log.vkey")
            try verified(
                .countersign, "verify", "--log", "export", "--key", "log.vkey", "--state", "seen")
            try verified(
                .countersign, "checkpoint", "show", "--key", "first.vkey", "first.checkpoint")
            for log in ["export", "site/log"] {
                try verified(
                    .countersign, "verify", "consistency", "--old", "first.checkpoint", "--log",
                    log,
                    "--key", "log.vkey", "--key", "first.vkey")
            }
            for program in [Program.countersign, .verifier] {
                let words = program == .countersign ? ["verify", "record"] : []
                for files in [
                    ["record.tlog-proof"], ["record.tlog-proof", "--leaf", "record.leaf"],
                    ["record.json"],
                ] {
                    let ending = try folder.start(program, words + files + ["--key", "log.vkey"])
                        .ending()
                    #expect(ending.status == 0, "\(files): \(ending.messages)")
                    #expect(ending.text.contains("request: GET /invoices/{id}"))
                }
            }
        }
    }

    @Test(
        arguments: [
            ("site/log/segments/00000000/entries", 10), ("site/log/segments/00000000/offsets", 10),
            ("site/log/segments/00000000/disclosures", 15), ("site/log/checkpoint", 10),
            ("site/log/checkpoints", 10), ("site/log/tree/0", 10), ("site/log/keys/subjects", 15),
            ("site/log/keys/periods", 15), ("site/log/keys/directory", 15),
            ("site/log-state/checkpoint.slots", 13), ("export/checkpoint", 10), ("seen", 13),
            ("record.leaf", 10), ("record.tlog-proof", 10),
        ] as [(String, Int32)])
    func `with one byte changed is found out`(file: String, status: Int32) async throws {
        try await scenario {
            let kept = try KeptSite(.site)
            var bytes = try kept.folder.bytes(file)
            // In the second slot of the state, too: one sound slot is enough.
            for place in [39, 4096 + 39]
            where place < bytes.count && (place == 39 || file.hasSuffix(".slots")) {
                bytes[place] ^= 1
            }
            try kept.folder.write(bytes, to: file)
            let ending =
                switch file.split(separator: "/").first {
                case "site": try kept.run("verify")
                case "record.leaf":
                    try kept.folder.run(
                        .verifier, "record.tlog-proof", "--leaf", file, "--key", "log.vkey")
                case "record.tlog-proof":
                    try kept.folder.run(.verifier, file, "--key", "log.vkey")
                default:
                    try kept.folder.run(
                        .countersign, "verify", "--log", "export", "--key", "log.vkey", "--state",
                        "seen")
                }
            #expect(ending.status == status, "\(ending.text)\(ending.messages)")
        }
    }

    @Test func `has every kind of record that version 1 writes of itself`() async throws {
        try await scenario {
            let leaves = try KeptSite(.site).leaves()
            func words(_ object: String, _ name: String) -> Set<String> {
                Set(leaves.map { $0.text(object, name) }).subtracting([""])
            }
            #expect(Set(leaves.map(\.stage)) == ["complete", "started", "unknown", "refused"])
            #expect(
                words("decision", "effect") == ["allow", "deny", "challenge", "limit", "error"])
            #expect(
                words("event", "action") == [
                    "http.request", "log.start", "log.stop", "audit.heartbeat", "audit.gap",
                    "log.adopt", "config.loaded", "config.rejected", "log.query", "log.export",
                    "key.rotate", "key.retire",
                ])
            let methods = leaves.compactMap {
                ($0.value("actor", "auth") as? [String: Any])?["method"] as? String
            }
            #expect(Set(methods) == ["apikey", "oidc", "mtls", "none"])
            let claims = leaves.compactMap {
                ($0.value("actor", "claimed") as? [String: Any])?["method"] as? String
            }
            #expect(Set(claims) == ["apikey", "oidc", "mtls"])
            #expect(leaves.contains { $0.value("dst", "tls_verified") as? Bool == true })
            #expect(Set(leaves.map { $0.text("producer", "boot") }).count == 7)
        }
    }
}
