// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `Metrics of a running proxy` {
    /// The table of metrics in the operator's page: name to kind.
    private static func documented() throws -> [String: String] {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Docs/Operating/Metrics.md")
        var metrics: [String: String] = [:]
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
            guard
                let row = line.firstMatch(of: #/^\| `(countersign_\w+)(?:\{[^}]*\})?` \| (\w+) \|/#)
            else { continue }
            metrics[String(row.1)] = String(row.2)
        }
        return metrics
    }

    @Test func `are those of the operator's page, no more and no fewer`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            #expect(try server.exchange(site.request()).status == 200)
            let page = String(decoding: try server.admin("/metrics").body, as: UTF8.self)
            var shown: [String: String] = [:]
            for type in page.matches(of: #/# TYPE (\S+) (\S+)\n/#) {
                shown[String(type.1)] = String(type.2)
            }
            let documented = try Self.documented()
            #expect(documented.count > 20)
            for name in Set(shown.keys).union(documented.keys).sorted() {
                #expect(shown[name] == documented[name], "\(name)")
            }
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `count what was done`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            for _ in 0..<5 { #expect(try server.exchange(site.request()).status == 200) }
            let page = String(decoding: try server.admin("/metrics").body, as: UTF8.self)
            func value(_ sample: String) -> Double? {
                page.split(separator: "\n").first { $0.hasPrefix(sample + " ") }
                    .flatMap { Double($0.dropFirst(sample.count + 1)) }
            }
            #expect(value("countersign_heads_total") == 5)
            #expect(value("countersign_connections_accepted_total") == 5)
            #expect(value("countersign_records_total{decision=\"allowed\"}") == 5)
            #expect(value("countersign_ledger_poisoned") == 0)
            // The start and five accesses, in as many groups as it took.
            #expect(value("countersign_ledger_size") ?? 0 >= 6)
            #expect(
                value("countersign_ledger_group_records_sum") == value("countersign_ledger_size"))
            let groups = try #require(value("countersign_ledger_group_records_count"))
            #expect(groups >= 2)
            #expect(value("countersign_ledger_sync_seconds_count") == groups)
            #expect(value("countersign_ledger_sync_seconds_sum") ?? 0 > 0)
            let age = try #require(value("countersign_checkpoint_age_seconds"))
            #expect(age >= 0 && age < 600)
            #expect(try server.stop().status == 0)
        }
    }
}
