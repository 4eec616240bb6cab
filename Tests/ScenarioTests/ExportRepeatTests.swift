// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `A pack that is made again` {
    private static func manifest(_ site: Site, _ pack: String) throws -> [String: Any] {
        let bytes = Data(try site.folder.bytes(pack + "/manifest.json"))
        return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    @Test
    func `by the command that it names is the same, also of a size that was never published`()
        async throws
    {
        try await scenario {
            let site = try Site()
            try site.folder.edit(
                Site.configuration, [("  dir: log ", "  publish: { every: 1h }\n  dir: log ")])
            let server = try site.serve()
            for _ in 0..<3 { #expect(try server.exchange(site.request()).status == 200) }
            let configuration = site.folder.file(Site.configuration)
            // What a terminal would take for a command, and all that a shell may stumble over.
            let purpose = "why\u{1B}[2J 'it' \\ $HOME\n`x`"
            try site.folder.succeed(
                "log", "export", "--format", "pack", "--out", "seen", "-c", configuration)
            for _ in 0..<3 { #expect(try server.exchange(site.request()).status == 200) }
            try site.folder.succeed(
                "log", "export", "--format", "pack", "-q", "status:200", "--purpose", purpose,
                "--remembered", "seen/checkpoint", "--out", "one", "-c", configuration)
            for _ in 0..<3 { #expect(try server.exchange(site.request()).status == 200) }
            let manifest = try Self.manifest(site, "one")
            let command = try #require(manifest["7_repeat"] as? String)
            #expect(command.contains("--checkpoint checkpoint --remembered consistency.txt"))
            #expect(command.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
            let request = try #require(manifest["2_request"] as? [String: String])
            #expect(request["purpose"] == purpose)
            let (uid, time) = (try #require(request["uid"]), try #require(request["time"]))
            let shell = """
                cd one; countersign() { '\(try Program.countersign.path())' "$@" -c '\(configuration)' --uid \(uid) --at \(time); }
                \(command.replacing("--out NEW", with: "--out ../two"))
                """
            let ending = try ChildProcess(
                "/bin/bash", ["-c", shell], in: site.folder.path, environment: [:]
            ).ending()
            #expect(ending.status == 0, "\(ending.messages)")
            let files = try site.folder.files(below: "one")
            #expect(try site.folder.files(below: "two") == files)
            for file in files {
                #expect(
                    try site.folder.bytes("one/" + file) == site.folder.bytes("two/" + file),
                    "\(file)")
            }
            #expect(try server.stop().status == 0)

            // A copy of the log has no commit journal, and so no other checkpoints than those that were published.
            let size = try #require((manifest["6_proof"] as? [String: Any])?["size"] as? Int)
            let key = try site.read("key", "export-public").text.trimmed
            _ = try site.read("log", "snapshot", "--out", "copy")
            let copied = [
                "log", "export", "--format", "pack", "-q", "status:200", "--log", "copy", "--key",
                key, "--remembered", "one/consistency.txt",
            ]
            let unknown = try site.folder.start(
                .countersign, copied + ["--size", "\(size)", "--out", "three"]
            ).ending()
            #expect(unknown.status == 3)
            #expect(unknown.messages.contains("give that file with --checkpoint"))
            let found = try site.folder.start(
                .countersign, copied + ["--checkpoint", "one/checkpoint", "--out", "three"]
            ).ending()
            #expect(found.status == 0, "\(found.messages)")
            #expect(
                try Self.manifest(site, "three")["content"] as? String
                    == manifest["content"] as? String)
            let both = try site.folder.start(
                .countersign,
                copied + ["--checkpoint", "one/checkpoint", "--size", "1", "--out", "four"]
            ).ending()
            #expect(both.status == 2)
            let forged = try site.folder.text("one/checkpoint").replacing(
                "\n\(size)\n", with: "\n2\n")
            try site.folder.write(Array(forged.utf8), to: "forged")
            let refused = try site.folder.start(
                .countersign, copied + ["--checkpoint", "forged", "--out", "four"]
            ).ending()
            #expect(refused.status == 2)
            #expect(refused.messages.contains("another past"))
        }
    }
}
