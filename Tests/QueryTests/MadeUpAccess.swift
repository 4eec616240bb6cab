// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Query

/// Accesses made of few values, so that made-up queries hit and miss them equally.
enum MadeUpAccess {
    /// An access as the log holds it, and as readers see it who may open all, or nothing of it.
    struct Views {
        let opened: QueriedAccess
        let partly: QueriedAccess
        let sealed: QueriedAccess
    }

    static func made(_ random: inout some RandomNumberGenerator) throws -> Views {
        var members: [String: JSONValue] = [:]
        func put(_ path: String, _ values: [JSONValue], _ random: inout some RandomNumberGenerator)
        {
            let choice = Int.random(in: 0...values.count, using: &random)
            if choice < values.count { members[path] = values[choice] }
        }
        put("dst.service", [.string("billing"), .string("Shop")], &random)
        put("actor.uid", [.string("sub_1"), .string("anonymous")], &random)
        put("actor.roles", [.array([.string("reader"), .string("writer")])], &random)
        put("data_tags", [.array([.string("pii")])], &random)
        put("decision.effect", [.string("allow"), .string("deny"), .string("limit")], &random)
        put("decision.reason", [.string("role_match")], &random)
        put("event.reason", [.string("upstream_tls")], &random)
        put("http.status", [.integer(200), .integer(404), .integer(500)], &random)
        put("http.request_size", [.integer(10), .integer(100_000)], &random)
        put("duration_us", [.integer(9000), .integer(90_000)], &random)
        put("labels.team", [.string("blue")], &random)
        put("stage", [.string("started"), .string("complete")], &random)
        put("written.index", (1...6).map { .integer($0) }, &random)
        put(
            "time",
            [19, 20, 21, 22].map { .string("2026-11-\($0)T10:00:00.000000Z") }, &random)
        let values: [CommitGroup: QueriedGroup] = [
            .who: QueryFixture.opened([
                "actor.name": .string(["Alice", "Bob"].randomElement(using: &random) ?? "Alice")
            ]),
            .where: QueryFixture.opened([
                "src.ip": .string(["10.1.1.1", "192.0.2.7"].randomElement(using: &random) ?? "")
            ]),
            .what: QueryFixture.opened([
                "http.path": .string(["/a", "/a/b", "/c"].randomElement(using: &random) ?? "/a")
            ]),
        ]
        let groups = [CommitGroup.who, .where, .what].filter { _ in Bool.random(using: &random) }
        let record = try QueryFixture.record(members, commits: groups)
        var partly: [CommitGroup: QueriedGroup] = [:]
        for group in groups {
            partly[group] = Bool.random(using: &random) ? values[group] : .withheld
        }
        return Views(
            opened: QueriedAccess(record, values), partly: QueriedAccess(record, partly),
            sealed: QueriedAccess(record))
    }
}
