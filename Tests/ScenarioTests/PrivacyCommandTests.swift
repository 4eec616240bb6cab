// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `What the log keeps of somebody` {
    private func ending(_ site: Site, _ words: String...) throws -> ChildProcess.Ending {
        try site.folder.start(.countersign, ["privacy"] + words + ["-c", Site.configuration])
            .ending()
    }

    private func json(_ text: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    @Test func `is found, reported, counted, asked for and held, and takes two persons to end`()
        async throws
    {
        try await scenario {
            let site = try Site(roles: ["reader"])
            let server = try site.serve()
            for path in ["/invoices/1", "/invoices/2"] {
                #expect(try server.exchange(site.request("GET \(path)")).status == 200)
            }
            let people = try json(try ending(site, "find", "Alice", "--json").text)
            let person = try #require((people as? [[String: Any]])?.first)
            let id = try #require(person["subject"] as? String)
            #expect(person["records"] as? Int == 2)
            #expect(person["state"] as? String == "kept")
            #expect(try ending(site, "find", "Bob").status == 3)

            let told = try ending(site, "report", id, "--json", "--purpose", "DSR-1").text
            let report = try #require(try json(told) as? [String: Any])
            #expect((report["accesses"] as? [Any])?.count == 2)
            #expect(told.contains("/invoices/1"))
            #expect(!told.contains("uid:"))
            #expect((report["categories"] as? [String: Int])?["who"] == 2)
            // A reading of everything covers her records, and what was said of it is about somebody else.
            _ = try site.read("log", "query", "*", "--purpose", "about Mallory Brandt")
            _ = try ending(site, "find", "Alice", "--purpose", "her request of May")
            let again = try ending(site, "report", id, "--json", "--purpose", "DSR-2").text
            let readings = try #require(
                (try json(again) as? [String: Any])?["readings"] as? [[String: Any]])
            #expect(!again.contains("Mallory"))
            #expect(readings.contains { $0["about"] as? Bool == false })
            #expect(readings.allSatisfy { $0["by"] as? String == "operator of the host" })
            let told2 = readings.filter { $0["purpose"] != nil }
            #expect(!told2.isEmpty && told2.allSatisfy { $0["about"] as? Bool == true })
            #expect(told2.contains { $0["purpose"] as? String == "DSR-1" })

            let counted = try ending(site, "erase", id, "--dry-run")
            #expect(counted.status == 0)
            #expect(counted.text.contains("key_files"))
            // Alice's key is in the key file, and her two paths are sealed under the log's own.
            #expect(counted.text.contains("stays: 2 records name the API key "))
            #expect(counted.text.contains("keys.yaml says whose it is: `countersign token rotate "))
            #expect(counted.text.contains("stays: 2 paths or queries"))
            let kept = try json(try ending(site, "erase", id, "--dry-run", "--json").text)
            let stays = try #require((kept as? [String: Any])?["stays"] as? [String: Any])
            let credential = try #require((stays["credentials"] as? [[String: Any]])?.first)
            #expect(credential["records"] as? Int == 2)
            #expect((credential["file"] as? String)?.hasSuffix("keys.yaml") == true)
            #expect((stays["paths"] as? [String: Any])?["records"] as? Int == 2)
            let size = try site.leaves().count
            let asked = try ending(
                site, "erase", id, "--basis", "objection", "--reference", "DSR-1")
            #expect(asked.status == 0, "\(asked.messages)")
            #expect(asked.messages.contains("stays: 2 records name the API key "))
            #expect(try site.leaves().count == size + 1)
            let request = asked.text.trimmed
            #expect(!asked.messages.contains("asked for by"))
            let twice = try ending(
                site, "erase", id, "--basis", "objection", "--reference", "DSR-1")
            #expect(twice.messages.contains("asked for by \(request) already"))
            let alone = try ending(site, "erase", "--execute", request)
            #expect(alone.status == 4)
            #expect(alone.messages.contains("approve") || alone.messages.contains("root"))

            let same = try ending(site, "approve", request)
            #expect(same.status == 4)
            #expect(same.messages.contains("somebody else") || same.messages.contains("sudo"))

            let hold = try ending(site, "hold", "--subject", id, "--reference", "LIT-7")
            #expect(hold.status == 0)
            let held = try json(try ending(site, "find", id, "--json").text) as? [[String: Any]]
            #expect(held?.first?["state"] as? String == "held")
            #expect(try ending(site, "find").text.contains(hold.text.trimmed))
            let refused = try ending(site, "refuse", request, "--ground", "legal_claims")
            #expect(refused.status == 0)
            #expect(try ending(site, "erase", "--execute", request).status == 3)
            for wrong in [
                ["erase", "alice", "--basis", "objection"],
                ["erase", id, "--basis", "whim"],
                ["erase", id, "--basis", "objection", "--reference", "alice"],
                ["expire", "2025-13"], ["approve", "x"],
            ] {
                let ending = try site.folder.start(
                    .countersign, ["privacy"] + wrong + ["-c", Site.configuration]
                ).ending()
                #expect(ending.status == 2, "\(wrong)")
            }
            #expect(try server.stop().status == 0)
            _ = try site.read("verify")
            #expect(try site.leaves().allSatisfy { !$0.lowercased().contains("alice") })
        }
    }
}
