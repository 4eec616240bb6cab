// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Whoever looks for a person by name leaves records that go with that person, and that they are told of.
@Suite struct `Looking for somebody by name` {
    private static let purpose = "whether Alice Quill owes us"
    /// Every command that reads the log for somebody.
    private static let commands = [
        ["log", "query", "actor:alice"], ["log", "query", "--all", "actor:ALICE"],
        ["log", "query", "--unit", "access", "actor:alice"],
        ["log", "query", "--no-catalog", "actor:alice service:nobody"],
        ["log", "stats", "actor:alice"], ["log", "stats", "actor:alice", "--by", "ip"],
        ["log", "tail", "-q", "actor:alice"],
        ["log", "export", "--format", "csv", "-q", "actor:alice", "--out", "a.csv"],
        ["log", "export", "--format", "pack", "-q", "actor:alice", "--out", "a.tar"],
        ["privacy", "find", "Alice"],
    ]

    private func object(_ text: some StringProtocol) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// The plain digest of a question, which anybody can compute who guesses it.
    private func explained(_ site: Site, _ query: String) throws -> Any? {
        try object(try site.read("log", "query", "--explain", "--json", query).text)["hash"]
    }

    @Test func `is sealed under their key, under one hash that nobody can try, and told to them`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request("GET /invoices/1"))
            let before = try site.leaves().count
            for command in Self.commands {
                let ending = try site.folder.start(
                    .countersign,
                    command + ["--purpose", Self.purpose, "-c", Site.configuration]
                ).ending()
                #expect(
                    ending.status == (command.contains("actor:alice service:nobody") ? 3 : 0),
                    "\(command): \(ending.messages)")
            }
            let leaves = try site.leaves().dropFirst(before).filter { $0.contains(#""query":{"#) }
            #expect(leaves.count == Self.commands.count)
            let hashes = leaves.compactMap {
                $0.firstMatch(of: /"hash":"(sha256:[0-9a-f]{64})"/)?.1
            }
            #expect(hashes.count == leaves.count)
            // One question is one hash, in either case; the one about a service besides is another.
            #expect(Set(hashes).count == 2, "\(hashes)")
            #expect(hashes.filter { $0 == hashes[3] }.count == 1)
            #expect(try explained(site, "actor:alice") is NSNull)
            #expect(try explained(site, "status:200") as? String != nil)
            for leaf in leaves {
                #expect(leaf.contains(#""what":""#) && leaf.contains(#""payload":""#), "\(leaf)")
                #expect(!leaf.contains("owes") && !leaf.lowercased().contains("alice"), "\(leaf)")
            }

            let people = try JSONSerialization.jsonObject(
                with: Data(try site.read("privacy", "find", "alice", "--json").text.utf8))
            let id = try #require((people as? [[String: Any]])?.first?["subject"] as? String)
            // By whose key what was asked for is sealed, the file says by the subject's id.
            let told = try object(try site.read("privacy", "report", id, "--json").text)
            let readings = try #require(told["readings"] as? [[String: Any]])
            let about = readings.filter { $0["about"] as? Bool == true }
            #expect(
                about.count { $0["purpose"] as? String == Self.purpose } == Self.commands.count,
                "\(readings)")
            #expect(about.count { $0["how"] as? String == "export" } == 2)
            #expect(readings.allSatisfy { $0["by"] as? String == "operator of the host" })
            let key = try server.admin("/tlog/log.vkey").text.trimmed
            #expect(try server.stop().status == 0)
            _ = try site.read("verify")
            let pack = try site.folder.start(.verifier, ["pack", "a.tar", "--key", key]).ending()
            #expect(pack.status == 0, "\(pack.text) \(pack.messages)")
        }
    }
}
