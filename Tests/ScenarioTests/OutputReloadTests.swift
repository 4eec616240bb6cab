// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `Outputs that are changed under a running proxy` {
    private static func file(_ name: String, _ path: String) -> String {
        "{name: \(name), file: {path: \(path).ndjson}}"
    }

    /// Has the configuration list other outputs, and the proxy read it.
    private static func change(_ site: Site, _ old: [String], _ new: [String]) throws {
        func line(_ outputs: [String]) -> String {
            "version: 1\noutputs: [\(outputs.joined(separator: ", "))]\n"
        }
        try site.folder.edit(
            Site.configuration, [(old.isEmpty ? "version: 1\n" : line(old), line(new))])
    }

    /// Indices in files, in their order.
    private static func indices(_ site: Site, _ files: String...) throws -> [Int] {
        try files.flatMap { name in
            try site.folder.text("site/\(name).ndjson")
                .matches(of: /^{"index":(\d+)/.anchorsMatchLineEndings()).compactMap { Int($0.1) }
        }
    }

    private static func ask(_ server: Server, _ site: Site) throws {
        for _ in 0..<5 { #expect(try server.exchange(site.request()).status == 200) }
    }

    @Test func `begin, end and go on where they were, and leave the others alone`() async throws {
        try await scenario {
            let site = try Site()
            let first = [Self.file("kept", "a"), Self.file("gone", "b"), Self.file("same", "s")]
            try Self.change(site, [], first)
            let server = try site.serve()
            try Self.ask(server, site)
            for name in ["kept", "gone", "same"] {
                try server.output(name, reaches: Server.isComplete)
            }

            let second = [Self.file("kept", "c"), Self.file("fresh", "d"), Self.file("same", "s")]
            try Self.change(site, first, second)
            _ = try site.read("reload")
            try Self.ask(server, site)
            for name in ["kept", "fresh", "same"] {
                try server.output(name, reaches: Server.isComplete)
            }
            #expect(
                try server.outputs().map { $0["name"] as? String } == ["kept", "fresh", "same"])
            let gone = try Self.indices(site, "b")

            // What cannot be used changes nothing of the rest either.
            let wrong = [
                Self.file("kept", "e"), "{name: bad, webhook: {url: \"http://127.0.0.1:1\"}}",
            ]
            try Self.change(site, second, wrong)
            let refused = try site.folder.run(.countersign, "reload", "-c", Site.configuration)
            #expect(refused.status != 0)
            #expect(
                try server.outputs().map { $0["name"] as? String } == ["kept", "fresh", "same"])

            let third = second + [Self.file("gone", "b")]
            try Self.change(site, wrong, third)
            _ = try site.read("reload")
            try Self.ask(server, site)
            for name in ["kept", "fresh", "same", "gone"] {
                try server.output(name, reaches: Server.isComplete)
            }
            // It has never begun anew, which would count from nothing.
            let same = try server.output("same")
            #expect(same["records"] as? Int == same["next"] as? Int)
            #expect(try server.stop().status == 0)

            for files in [
                try Self.indices(site, "a", "c"), try Self.indices(site, "b"),
                try Self.indices(site, "d"), try Self.indices(site, "s"),
            ] {
                #expect(files == Array(0..<files.count))
                #expect(files.count > 10)
            }
            #expect(try Self.indices(site, "b").count > gone.count)
            #expect(!site.folder.exists("site/e.ndjson"))
            let leaves = try site.leaves()
            #expect(leaves.count { $0.contains("\"config.loaded\"") } == 3)
        }
    }
}
