// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Query
import Testing

@Suite("What a query says of an access")
struct QueryEvaluationTests {
    private func verdict(_ text: String, on access: QueriedAccess) throws -> QueryVerdict {
        try QueryFixture.query(text).expression.verdict(on: access)
    }

    @Test(
        "Every field finds what its member says",
        arguments: [
            "", "invoices", "billing", "role_match", "SUB_7Q4M", "htt*", "action:http.*",
            "actor:sub_7q4m2xk9", "actor:sub_behalf", "actor:\"alice writer\"",
            "actor:Alice@Example.com", "actor:alice*", "user:alice*", "auth:OIDC",
            "category:access", "class:6003", "created:2026-11-21", "since:2026-11-21",
            "until:2026-11-21", "decision:allow", "dur:>18ms", "dur:18342us", "dur:<1s",
            "has:who", "has:service", "has:label.team", "index:48229", "index:48000..49000",
            "ip:10.1.2.3", "ip:10.0.0.0/8", "ip:2001:db8::/32", "log:log.example", "method:get",
            "outcome:success", "path:/v1/invoices/inv_8831", "path:/v1/invoices/*",
            "policy:billing-api", "producer:proxy-a", "reason:role_match", "role:auditor",
            "role:(nobody OR reader)", "route:/v1/*", "rule:r-12", "service:Billing-API",
            "session:* OR size:1843", "size:>1kb", "stage:complete", "status:200", "status:2xx",
            "status:>=200", "tag:PII", "trace:4BF92F3577B34DA6A3CE929D0E0E4736",
            "uid:019DAB3C-5F59-7C3E-9D0A-6F3B2C1D4E5F", "uid:019dab3c*", "zone:office",
            "label.team:blue", "-is:denied", "-is:anonymous", "-is:admin", "-is:breakglass",
            "-is:erased", "-is:open", "-session:*", "-path:/other", "-service:bill",
            "-rule:R-12", "-path:/V1/*", "-has:payload", "-ip:10.9.0.0/16", "-dur:>1s",
            "-label.other:*", "-\"writer\"", "-class:1 service:billing-api",
        ])
    func hits(_ text: String) throws {
        let access = try QueryFixture.alice()
        #expect(try verdict(text, on: access) == .hit)
        guard !text.isEmpty else { return }
        #expect(try verdict("-(\(text))", on: access) == .miss)
    }

    @Test("A negation includes accesses without the field")
    func absent() throws {
        let bare = QueriedAccess(try QueryFixture.record(["stage": .string("refused")]))
        for field in QueryField.Name.allCases where field != .stage {
            let example = QueryFieldRow.of(field).example
            #expect(try verdict(example, on: bare) == .miss, "\(example)")
            #expect(try verdict("-\(example)", on: bare) == .hit, "\(example)")
            #expect(try verdict("-\(field.rawValue):*", on: bare) == .hit, "\(field)")
        }
        #expect(try verdict("-label.team:blue", on: bare) == .hit)
    }

    @Test("What is withheld or erased is neither a hit nor a miss")
    func undecided() throws {
        for state in [QueriedGroup.withheld, .erased] {
            let record = try QueryFixture.record(
                ["actor.uid": .string("sub_1"), "http.status": .integer(403)],
                commits: [.who, .what])
            let access = QueriedAccess(record, [.who: state, .what: state])
            for text in ["actor:alice", "-actor:alice", "path:/x", "-path:/x", "path:*"] {
                #expect(try verdict(text, on: access) == .undecided, "\(text)")
            }
            // What the leaf says decides.
            #expect(try verdict("actor:alice status:200", on: access) == .miss)
            #expect(try verdict("actor:alice OR status:403", on: access) == .hit)
            #expect(try verdict("-(actor:alice status:200)", on: access) == .hit)
            #expect(try verdict("actor:sub_1", on: access) == .hit)
            #expect(try verdict("actor:sub_2", on: access) == .miss)
            #expect(try verdict("actor:*", on: access) == .hit)
            #expect(try verdict("has:who", on: access) == .hit)
            // To a group that the record does not commit to, nothing is withheld.
            #expect(try verdict("ip:10.0.0.0/8", on: access) == .miss)
            #expect(
                try verdict("is:erased", on: access) == (state == .erased ? .hit : .undecided))
            #expect(
                try verdict("erased:what", on: access) == (state == .erased ? .hit : .undecided))
            #expect(try verdict("erased:where", on: access) == .miss)
        }
    }

    @Test("A reader who was given nothing is told of nothing")
    func unnamed() throws {
        let record = try QueryFixture.record([:], commits: [.who])
        #expect(try verdict("actor:alice", on: QueriedAccess(record)) == .undecided)
    }

    @Test("An access is its newest stage, with the values of all of its records")
    func stages() throws {
        let started = try QueryFixture.record(
            [
                "stage": .string("started"), "time": .string("2026-11-21T08:00:00.000000Z"),
                "written.index": .integer(5), "producer.uid": .string("proxy-a"),
                "event.outcome": .string("unknown"),
            ], commits: [.who, .what])
        let unknown = try QueryFixture.record([
            "stage": .string("unknown"), "time": .string("2026-11-23T09:00:00.000000Z"),
            "written.index": .integer(9), "producer.uid": .string("proxy-b"),
            "event.outcome": .string("unknown"),
        ])
        let parts = [
            QueriedAccess.Part(
                started,
                [
                    .who: QueryFixture.opened(["actor.name": .string("Alice")]), .what: .withheld,
                ]), QueriedAccess.Part(unknown),
        ]
        for access in [QueriedAccess(parts), QueriedAccess(parts.reversed())] {
            #expect(try verdict("stage:unknown", on: access) == .hit)
            #expect(try verdict("is:open", on: access) == .miss)
            #expect(try verdict("actor:alice", on: access) == .hit)
            #expect(try verdict("path:/x", on: access) == .undecided)
            #expect(try verdict("created:2026-11-21", on: access) == .hit)
            #expect(try verdict("created:2026-11-23", on: access) == .miss)
            #expect(try verdict("index:5", on: access) == .hit)
            #expect(try verdict("index:9", on: access) == .hit)
            #expect(try verdict("producer:proxy-a producer:proxy-b", on: access) == .hit)
        }
        #expect(try verdict("", on: QueriedAccess([])) == .hit)
        #expect(try verdict("service:* OR created:* OR has:*", on: QueriedAccess([])) == .miss)
    }

    @Test("The reason of an access is that of its end, before that of its decision")
    func reasons() throws {
        let failed = QueriedAccess(
            try QueryFixture.record([
                "event.reason": .string("upstream_tls"), "decision.reason": .string("role_match"),
            ]))
        #expect(try verdict("reason:upstream_tls", on: failed) == .hit)
        #expect(try verdict("reason:role_match", on: failed) == .miss)
    }

    @Test("Words of a later version are found like those that are known")
    func later() throws {
        let later = QueriedAccess(
            try QueryFixture.record([
                "event.action": .string("quic.stream"), "event.category": .string("robots"),
                "decision.effect": .string("approve"), "stage": .string("paused"),
            ]))
        for text in [
            "action:quic.*", "category:robots", "decision:approve", "stage:paused", "quic",
            "-is:denied",
        ] { #expect(try verdict(text, on: later) == .hit, "\(text)") }
    }

    @Test("Members of another form than usual are no hit and no trouble")
    func forms() throws {
        let odd = QueriedAccess(
            try QueryFixture.record([
                "http.status": .string("200"), "dst": .string("x"), "data_tags": .integer(1),
                "labels": .array([.object([JSONMember("team", .string("a"))])]),
                "actor.uid": .object([]), "time": .string("then"),
            ]))
        for text in ["status:200", "service:x", "tag:pii", "actor:x", "created:2026-11-21"] {
            #expect(try verdict(text, on: odd) == .miss, "\(text)")
        }
        #expect(try verdict("label.team:a", on: odd) == .hit)
        #expect(try verdict("status:*", on: odd) == .hit)
    }
}
