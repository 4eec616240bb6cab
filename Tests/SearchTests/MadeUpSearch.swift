// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Query
import TestSupport

/// Queries made of few terms, so that they hit and miss equally.
enum MadeUpSearch {
    /// 2026-11-30, 12:00 UTC.
    static let clock = QueryClock(now: UTCInstant(microseconds: 1_796_040_000_000_000))

    static func query(_ text: String) throws -> RecordQuery { try RecordQuery(text, at: clock) }

    /// Terms over everything that leaves say.
    static let leafTerms = [
        "", "service:BILLING", "service:b*", "service:*", "shop", "bill", "sub*", "\"Sub_2\"",
        "role_match*", "actor:sub_1", "actor:Sub_2", "actor:sub_2", "actor:sub_3", "actor:k-17",
        "actor:k-3", "actor:uid:*", "actor:*", "actor:sub_*", "auth:oidc", "auth:apikey", "auth:*",
        "session:ses_2", "session:ws_1", "session:ses_*", "status:404", "status:4xx",
        "status:>=400", "status:*", "is:denied", "is:open", "stage:unknown", "has:who", "has:*",
        "has:session", "role:writer", "role:*", "tag:pii", "label.team:blue", "label.team:b*",
        "label.team:*", "dur:>30ms", "size:<1kb", "size:*", "index:30..50", "index:<20",
        "index:120..120", "reason:role_match", "reason:upstream_tls", "decision:(allow OR deny)",
        "category:audit", "action:log.query", "class:6003", "class:6004", "method:DELETE",
        "method:brew", "method:b*", "method:*", "policy:billing", "policy:sha256*",
        "producer:proxy-b", "producer:proxy*", "producer:019dab00*", "rule:R-1", "rule:r*",
        "route:/v1/bills/*", "zone:office", "log:log.example", "log:other", "outcome:*",
        "trace:4bf92f3577b34da6a3ce929d0e0e4736", "trace:4bf9*",
        "trace:4bf92f3577b34da6a3ce929d0e0e47*", "trace:zz*", "uid:019dab*", "uid:01*",
    ]

    static let times = [
        "since:2026-11-19", "until:2026-11-18", "created:2026-11-18..2026-11-19",
        "created:2026-11-18T20:00:00Z..2026-11-19T04:00:00Z", "created:*",
    ]

    /// Terms over what is only committed to.
    static let personalTerms = [
        "actor:alice", "actor:bob@example.com", "actor:A*", "actor:nobody", "path:/a", "path:/a/*",
        "path:/a*", "path:/a/b*", "path:*", "ip:10.0.0.0/8", "ip:10.1.0.0/16", "ip:10.1.1.1",
        "actor:Zo\u{EB}", "actor:ZOE\u{308}", "actor:zo*", "actor:zo\u{EB}*", "path:/a/b",
        "path:/a//b", "path:/a/b.*", "rawpath:/a//b", "rawpath:/a/b", "rawpath:/a/*", "rawpath:*",
        "rawpath:/./a/b", "rawpath:/./*", "rawpath:/a/%62", #"path:/a\*b"#, "path:/a%2ab",
        #"rawpath:/a\*b"#, "rawpath:/a%2Ab",
        "ip:10.9.9.9", "ip:10.1.0.0/23", "ip:2001:db8::/32", "ip:2001:db8::7", "ip:*", "erased:who",
        "erased:*", "has:what",
    ]

    /// Several of these terms, joined.
    static func made(
        of terms: [String], depth: Int, _ random: inout SeededGenerator
    ) -> String {
        let choice = depth == 0 ? 0 : Int.random(in: 0..<4, using: &random)
        switch choice {
        case 0: return terms.randomElement(using: &random) ?? ""
        case 1: return enclosed(made(of: terms, depth: depth - 1, &random), "-")
        default:
            return (0..<Int.random(in: 2...3, using: &random)).map { _ in
                enclosed(made(of: terms, depth: depth - 1, &random), "")
            }.filter { !$0.isEmpty }.joined(separator: choice == 2 ? " " : " OR ")
        }
    }

    private static func enclosed(_ text: String, _ sign: String) -> String {
        text.isEmpty ? "" : "\(sign)(\(text))"
    }

    /// Made-up queries, those left out that are none.
    static func queries(
        _ count: Int, of terms: [String], seed: UInt64
    ) -> [RecordQuery] {
        var random = SeededGenerator(seed: seed)
        var made: [RecordQuery] = []
        while made.count < count {
            let text = Self.made(of: terms, depth: Int.random(in: 0...2, using: &random), &random)
            switch Result(catching: { try query(text) }) {
            case .success(let query): made.append(query)
            case .failure: continue
            }
        }
        return made
    }
}
