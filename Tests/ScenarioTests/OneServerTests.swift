// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `One server for one log` {
    /// What of a deployment somebody has copied and started beside the first.
    private static let copies: [(moved: [(String, String)], says: String)] = [
        ([], "uses the log in "),
        ([("dir: log ", "state: log-state\n  dir: copy ")], "uses log.state in "),
        // Its state is in another folder then, too.
        ([("dir: log ", "dir: copy ")], "signs with the key "),
    ]

    @Test func `a second one is refused, whatever was copied, and told which one is the first`()
        async throws
    {
        try await scenario {
            let site = try Site()
            // A log that was published once: before that, there is nothing to remember.
            #expect(try site.serve().stop().status == 0)
            let server = try site.serve()
            #expect(try server.exchange(site.request()).status == 200)
            try site.folder.copy("site/log", to: "site/copy")
            for name in ["log/lock", "log-state/lock"] { try site.folder.remove("site/\(name)") }
            let configuration = try site.folder.text(Site.configuration)
            for (moved, says) in Self.copies {
                try site.folder.write(Array(configuration.utf8), to: "site/second.yaml")
                try site.folder.edit("site/second.yaml", moved)
                let second = try site.folder.start(
                    .countersign, ["serve", "-c", "site/second.yaml"]
                ).ending()
                #expect(second.status == 1, "\(second.messages)")
                let holder = "Process \(server.process.pid) \(says)"
                #expect(second.messages.contains(holder), "\(second.messages)")
                #expect(second.messages.contains("Stop it first"))
            }
            // A copy of everything but log-state locks nothing that the first one has, and remembers nothing.
            try site.folder.make("other")
            for name in ["log", "log.key", "countersign.yaml", "keys.yaml"] {
                try site.folder.copy("site/" + name, to: "other/" + name)
            }
            let copied = try site.folder.start(
                .countersign, ["serve", "-c", "other/countersign.yaml"]
            ).ending()
            #expect(copied.status == 12, "\(copied.messages)")
            #expect(copied.messages.contains("log.state remembers nothing"), "\(copied.messages)")
            #expect(copied.messages.contains("countersign log adopt"), "\(copied.messages)")
            // The first one goes on, and still answers commands.
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try site.leaves().count { $0.contains("\"http.request\"") } == 2)
            _ = try site.read("log", "tail")
            #expect(try site.leaves().contains { $0.contains("\"log.query\"") })
            #expect(try server.stop().status == 0)
            _ = try site.read("verify")
        }
    }
}

@Suite struct `A key that has ended` {
    /// ```text
    /// operator                                  proxy
    /// keeps keys.yaml
    /// revokes bob's key ──────────────────────▶ refuses it
    /// puts the old keys.yaml back ────────────▶ still refuses it, records keys_refused
    ///                            restart ─────▶ still refuses it
    /// ```
    @Test func `stays so when an older key file is put back, and is told of`() async throws {
        try await scenario {
            let site = try Site()
            let minted = try site.folder.start(
                .countersign,
                ["token", "mint", "-c", Site.configuration, "--as", "bob", "--role", "reader"]
            ).ending()
            #expect(minted.status == 0, "\(minted.messages)")
            let key = minted.text.trimmed
            let name = "machines/" + String(key.dropFirst(4).prefix(8))
            let request = "GET /invoices/1 HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: \(key)\r\n\r\n"
            let server = try site.serve()
            #expect(try server.exchange(request).status == 200)
            let before = try site.folder.bytes("site/keys.yaml")
            try site.folder.succeed(
                "token", "revoke", String(name.suffix(8)), "-c", Site.configuration)
            _ = try server.process.line(.messages, beginning: "changed keys are in force")
            #expect(try server.exchange(request).status == 401)

            try site.folder.write(before, to: "site/keys.yaml")
            _ = try server.process.line(.messages, beginning: "changed keys are in force", count: 2)
            #expect(try server.exchange(request).status == 401)
            #expect(try server.exchange(site.request()).status == 200)
            #expect(try server.stop().status == 0)
            let again = try site.serve()
            #expect(try again.exchange(request).status == 401)
            #expect(try again.stop().status == 0)

            let leaves = try site.leaves()
            let refused = leaves.filter { $0.contains("\"keys_refused\":[\"\(name)\"]") }
            #expect(refused.count == 2, "\(refused)")
            #expect(refused.allSatisfy { $0.contains("\"config.loaded\"") })
            let uses = leaves.filter { $0.contains("\"key_revoked\"") }
            #expect(uses.count == 3)
            let doctor = try site.folder.start(
                .countersign, ["doctor", "-c", Site.configuration]
            ).ending()
            #expect(doctor.status == 1)
            #expect(doctor.text.contains("API key \(name) ended at "), "\(doctor.text)")
            let list = try site.read("token", "list")
            #expect(list.text.contains("revoked"), "\(list.text)")

            // Nobody tells the proxy to forget.
            try site.folder.write(Array("nonsense\n".utf8), to: "site/log-state/keys.ended")
            let refusal = try site.start().ending()
            #expect(refusal.status == 1)
            #expect(refusal.messages.contains("keys.ended"))
        }
    }
}
