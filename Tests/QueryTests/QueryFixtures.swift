// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Query

/// Records and queries as tests write them.
enum QueryFixture {
    /// 2026-11-30, 12:00 UTC.
    static let clock = QueryClock(now: UTCInstant(microseconds: 1_796_040_000_000_000))

    static func query(_ text: String) throws -> RecordQuery {
        try RecordQuery(text, at: clock)
    }

    /// The fault of a text that is no query; nil for one that is.
    static func fault(of text: String) -> QueryFault? {
        do throws(QueryFault) {
            _ = try RecordQuery(text, at: clock)
            return nil
        } catch {
            return error
        }
    }

    /// A record of these members, named by their dotted paths, that commits to these groups.
    static func record(
        _ members: [String: JSONValue], commits groups: [CommitGroup] = []
    ) throws -> Record {
        var value = JSONValue.object([])
        for (path, member) in members {
            value = Self.set(
                path.split(separator: ".").map(String.init)[...], to: member, in: value)
        }
        let hash = JSONValue.string(Base64.encode([UInt8](repeating: 7, count: 32)))
        for group in groups {
            value = Self.set(["commit", group.rawValue], to: hash, in: value)
        }
        return try Record(leaf: CanonicalJSON.encode(value))
    }

    private static func set(
        _ path: ArraySlice<String>, to member: JSONValue, in value: JSONValue
    ) -> JSONValue {
        guard let name = path.first else { return member }
        var members = value.members ?? []
        let old = members.first { $0.name == name }?.value ?? .object([])
        members.removeAll { $0.name == name }
        members.append(JSONMember(name, set(path.dropFirst(), to: member, in: old)))
        return .object(members)
    }

    /// Values of a group.
    static func opened(_ members: [String: JSONValue]) -> QueriedGroup {
        .opened(.object(members.map { JSONMember($0.key, $0.value) }))
    }

    /// An access of Alice's: allowed, answered, with everything opened.
    static func alice() throws -> QueriedAccess {
        QueriedAccess(
            try record(
                [
                    "actor.uid": .string("sub_7q4m2xk9"), "actor.auth.method": .string("oidc"),
                    "actor.roles": .array([.string("reader"), .string("auditor")]),
                    "actor.via": .array([.object([JSONMember("uid", .string("sub_behalf"))])]),
                    "data_tags": .array([.string("pii")]),
                    "decision.effect": .string("allow"), "decision.policy": .string("billing-api"),
                    "decision.reason": .string("role_match"), "decision.rule": .string("r-12"),
                    "dst.service": .string("billing-api"), "duration_us": .integer(18_342),
                    "event.action": .string("http.request"), "event.category": .string("access"),
                    "event.class": .integer(6003), "event.outcome": .string("success"),
                    "http.method": .string("GET"), "http.route": .string("/v1/invoices/{id}"),
                    "http.status": .integer(200), "http.response_size": .integer(1843),
                    "labels.team": .string("Blue"), "producer.uid": .string("proxy-a"),
                    "src.zone": .string("office"), "stage": .string("complete"),
                    "time": .string("2026-11-21T08:47:12.345678Z"),
                    "trace.trace_id": .string("4bf92f3577b34da6a3ce929d0e0e4736"),
                    "uid": .string("019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f"),
                    "written.index": .integer(48_229), "written.origin": .string("log.example"),
                ], commits: [.who, .where, .what]),
            [
                .who: opened([
                    "actor.name": .string("Alice Writer"),
                    "actor.email": .string("alice@example.com"),
                ]),
                .where: opened([
                    "src.ip": .string("10.1.2.3"), "src.peer_ip": .string("2001:db8::7"),
                ]),
                .what: opened(["http.path": .string("/v1/invoices/inv_8831")]),
            ])
    }
}
