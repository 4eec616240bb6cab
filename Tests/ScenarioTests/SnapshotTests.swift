// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@Suite struct `A log that is copied, or has lost its memory` {
    @Test func `is copied while in use, and the copy verifies`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            for _ in 0..<5 { _ = try server.exchange(site.request()) }
            let copied = ["log", "snapshot", "--out", "copy/", "-c", Site.configuration]
            let first = try site.folder.start(.countersign, copied).ending()
            #expect(first.status == 0, "\(first.messages)")
            _ = try server.exchange(site.request())
            let key = try site.read("key", "export-public").text.trimmed
            #expect(try server.stop().status == 0)
            let verified = try site.folder.start(.verifier, ["copy", "--key", key]).ending()
            #expect(verified.status == 0, "\(verified.messages)")
            #expect(!verified.text.contains("signed by nobody"))
            // The configured key checks a copy where the configuration is named, and only there.
            let own = try site.folder.run(
                .countersign, "verify", "--log", "copy", "-c", Site.configuration)
            #expect(own.status == 0, "\(own.text) \(own.messages)")
            #expect(try site.folder.run(.countersign, "verify", "--log", "copy").status == 13)
            // A folder that is there is left alone.
            #expect(try site.folder.start(.countersign, copied).ending().status == 1)
        }
    }

    @Test func `is neither copied nor exported where a segment is elsewhere or destroyed`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request())
            #expect(try server.stop().status == 0)
            let before = try site.leaves()
            for (place, said, remedy) in [
                ("s3://vault/0", "(archived: s3://vault/0)", "Put archived segments back"),
                (nil, "retention: record 1)", "destroyed can be handed on by nobody"),
            ] {
                try site.putAway(to: place)
                for verb in ["snapshot", "export"] {
                    let refused = try site.folder.run(
                        .countersign, "log", verb, "--out", "copy", "-c", Site.configuration)
                    #expect(refused.status == 3, "\(verb): \(refused.text) \(refused.messages)")
                    #expect(refused.messages.contains(said), "\(verb): \(refused.messages)")
                    #expect(refused.messages.contains(remedy), "\(verb): \(refused.messages)")
                    #expect(refused.messages.contains("first segments/00000000"))
                    for left in ["copy", "copy.partial"] {
                        #expect(!site.folder.exists(left), "\(verb) left \(left)")
                    }
                }
            }
            // That it was exported is not said either.
            try site.folder.remove(Site.away)
            #expect(try site.leaves() == before)
        }
    }

    @Test func `is checked by a configuration whose proxy does not run here`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request())
            #expect(try server.stop().status == 0)
            try site.folder.edit(
                Site.configuration, [("address: 127.0.0.1:0", "address: env:NOT_SET_HERE")])
            // What serves needs all of it, what reads the log does not.
            let checked = try site.folder.run(.countersign, "check", "-c", Site.configuration)
            #expect(checked.status == 2, "\(checked.messages)")
            #expect(checked.messages.contains("NOT_SET_HERE"), "\(checked.messages)")
            let verified = try site.folder.run(.countersign, "verify", "-c", Site.configuration)
            #expect(verified.status == 0, "\(verified.text) \(verified.messages)")
            #expect(!verified.text.contains("signed by nobody"))
            _ = try site.read("key", "export-public")
            _ = try site.read("log", "get", "1", "--sealed")
            // Its own section is read as strictly as ever.
            try site.folder.edit(Site.configuration, [("  dir: log ", "  dri: log ")])
            let wrong = try site.folder.run(.countersign, "verify", "-c", Site.configuration)
            #expect(wrong.status == 2, "\(wrong.messages)")
            #expect(wrong.messages.contains("`dri`"), "\(wrong.messages)")
        }
    }

    @Test func `is not adopted where nothing is lost`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request())
            #expect(try server.stop().status == 0)
            let before = try site.leaves()
            let adopted = try site.folder.run(
                .countersign, "log", "adopt", "--reason", "INC-8", "-c", Site.configuration)
            #expect(adopted.status == 3)
            #expect(adopted.messages.contains("nothing to adopt"), "\(adopted.messages)")
            #expect(try site.leaves() == before)
        }
    }

    @Test func `is refused without a readable memory, until somebody takes that upon themselves`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request())
            #expect(try server.stop().status == 0)
            try site.folder.write(
                [UInt8](repeating: 0x5A, count: 8192), to: "site/log-state/checkpoint.slots")
            let refused = try site.start().ending()
            #expect(refused.status == 10)
            #expect(refused.messages.contains("log.state"))
            try site.folder.succeed(
                "log", "adopt", "--reason", "INC-7", "-c", Site.configuration)
            let adopted = try site.leaves().filter { $0.contains("\"ticket\":\"INC-7\"") }
            #expect(adopted.count == 1)
            #expect(adopted.allSatisfy { $0.contains("\"uid\":\"uid:\(getuid())\"") })
            let again = try site.serve()
            #expect(try again.stop().status == 0)
        }
    }
}
