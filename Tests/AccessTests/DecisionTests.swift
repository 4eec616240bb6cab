// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Access
import Ledger
import Policy
import Testing

@Suite("Access: who is let through, and what the record says")
struct DecisionTests {
    @Test("An allowed GET is forwarded at once and recorded before its answer ends")
    func allowed() throws {
        let bench = try DeskBench()
        let access = bench.access()
        let trace = TraceContext(traceHigh: 0xabc, traceLow: 0xdef, span: 0x123)
        let step = access.exchange.begin(
            bench.request(query: "expand=lines", userAgent: "curl/8", trace: trace))
        let recorded = try #require(step.recorded)
        #expect(recorded.service == ServiceIndex(0))
        #expect(recorded.principal.roles == ["reader", "writer"])
        #expect(recorded.trace.traceHigh == 0xabc && recorded.trace.traceLow == 0xdef)
        #expect(recorded.trace.span != 0x123)
        #expect(bench.waitingCount == 0)
        access.exchange.serviceAnswered(status: 203)
        #expect(access.exchange.serviceFinished(requestSize: 0, responseSize: 77).shape == .wait)
        #expect(!access.exchange.isIdle)
        #expect(try bench.settle(access).shape == .finish)
        #expect(access.exchange.isIdle)
        #expect(bench.waitingCount == 0)

        let records = try bench.records()
        #expect(records.count == 1)
        let record = try #require(records.first)
        #expect(record.uid == recorded.uid)
        #expect(record.stage == .complete)
        #expect(record.outcome == .success)
        #expect(record.effect == .allow)
        #expect(record.reason == "role_match")
        #expect(record.event("reason") == nil)
        #expect(record.rule == "r-read")
        #expect(record.policyVersion == bench.rulebook.version)
        #expect(record.service == "billing")
        #expect(record.method == "GET")
        #expect(record.route == "/v1/invoices/{id}")
        #expect(record.status == 203)
        // The service answered as the client was answered, and there was no body.
        #expect(record.value[path: "http", "upstream_status"] == nil)
        #expect(record.value[path: "http", "request_size"] == nil)
        #expect(record.value[path: "http", "response_size"]?.integer == 77)
        #expect(record.value[path: "http", "host"]?.string == "api.example.com")
        #expect(record.actor == recorded.principal.uid)
        #expect(record.actorKind == .service)
        #expect(record.value[path: "trace", "trace_id"]?.string?.hasSuffix("0def") == true)
        #expect(try #require(record.durationMicroseconds) > 0)
        for group in ["who", "where", "what"] {
            #expect(record.value[path: "commit", group] != nil, "\(group)")
        }
        // What is personal is committed to and stands nowhere in the record.
        let text = String(decoding: record.leaf, as: UTF8.self)
        for personal in ["203.0.113.7", "curl", "expand=lines", "/v1/invoices/1"] {
            #expect(!text.contains(personal), "\(personal)")
        }
    }

    /// A request, and what becomes of it.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var reason: Reason
        var status: UInt16
        var method = Method.get
        var path = "/v1/invoices/1"
        var host = "api.example.com"
        var isAnonymous = false
        var usesOtherKey = false
        var encodedSlash = false
        var stage = RecordStage.complete
        var rule = "default"
        var closes = false

        var testDescription: String { "\(reason.code) \(method.token) \(path)" }
    }

    @Test(
        "A refused request is answered once its only record is durable",
        arguments: [
            Refusal(reason: .ruleDenied, status: 403, path: "/forbidden", rule: "r-deny"),
            Refusal(reason: .noRuleMatched, status: 403, method: .delete),
            Refusal(reason: .noCredentials, status: 401, isAnonymous: true),
            Refusal(
                reason: .noCredentials, status: 401, path: "/forbidden", isAnonymous: true,
                rule: "r-deny"),
            Refusal(reason: .unknownKey, status: 401, usesOtherKey: true),
            // A bad credential is told even where none is needed.
            Refusal(reason: .unknownKey, status: 401, path: "/open", usesOtherKey: true),
            Refusal(
                reason: .unknownKey, status: 401, path: "/nowhere", usesOtherKey: true,
                stage: .refused),
            Refusal(reason: .unlistedRoute, status: 404, path: "/nowhere", stage: .refused),
            Refusal(reason: .noRoute, status: 404, host: "example.com", stage: .refused),
            Refusal(reason: .methodNotAllowed, status: 405, method: .put, stage: .refused),
            // As two segments it is listed nowhere.
            Refusal(
                reason: .ruleDenied, status: 403, path: "/v1/invoices/a%2Fb", encodedSlash: true),
            Refusal(
                reason: .malformedPath, status: 400, path: "/v1/invoices/..%2Fb",
                encodedSlash: true, closes: true),
            Refusal(
                reason: .malformedPath, status: 400, path: "/names/..%2Fadmin", encodedSlash: true,
                closes: true),
            Refusal(
                reason: .malformedPath, status: 400, path: "/names/..%5Cadmin", encodedSlash: true,
                closes: true),
            Refusal(
                reason: .malformedPath, status: 400, path: "/names/a%2F..%2Fb", encodedSlash: true,
                closes: true),
            Refusal(
                reason: .ruleDenied, status: 403, path: "/v1/invoices/a%2Fb;c", encodedSlash: true),
        ])
    func refused(_ refusal: Refusal) throws {
        let bench = try DeskBench()
        let access = bench.access()
        let credential: DeskBench.Credential =
            refusal.isAnonymous ? .none : refusal.usesOtherKey ? .otherKey : .key
        let step = access.exchange.begin(
            bench.request(
                refusal.method, refusal.path, host: refusal.host, credential: credential,
                encodedSlash: refusal.encodedSlash))
        #expect(step.shape == .wait)
        let answer = try #require(try bench.settle(access).answer)
        #expect(answer.status == refusal.status)
        #expect(answer.closes == refusal.closes)
        #expect(answer.says(refusal.reason))
        #expect((answer.allowed != nil) == (refusal.status == 405))
        #expect(access.exchange.isIdle)
        #expect(bench.ledger.counters.forwarded == 0)

        let records = try bench.records()
        #expect(records.count == 1)
        let record = try #require(records.first)
        #expect(record.uid == answer.uid)
        #expect(record.stage == refusal.stage)
        #expect(record.reason == refusal.reason.code)
        #expect(record.event("reason")?.string == refusal.reason.code)
        #expect(record.outcome == .failure)
        #expect(record.effect == refusal.reason.effect)
        #expect(record.status == Int64(refusal.status))
        #expect(record.rule == refusal.rule)
        #expect(record.policyVersion == bench.rulebook.version)
        // Whose host and path it is, is named as far as it is known, and where nothing was sent nothing else is.
        let isOfNoService = refusal.reason == .noRoute
        #expect(record.service == (isOfNoService ? "countersign" : "billing"))
        let policy = record.value[path: "decision", "policy"]?.string
        #expect(policy == (isOfNoService ? "unrouted" : "billing"))
        #expect(record.value["dst"]?.members?.count == 1)
        #expect((record.route == nil) == (refusal.stage == .refused))
        #expect(record.value[path: "http", "upstream_status"] == nil)
        #expect(
            record.actorKind
                == (refusal.isAnonymous || refusal.usesOtherKey ? .anonymous : .service))
    }

    @Test("Anonymous requests pass where a rule admits them")
    func anonymous() throws {
        let bench = try DeskBench()
        let access = bench.access()
        let step = access.exchange.begin(bench.request(.get, "/open", credential: .none))
        #expect(step.recorded?.principal.kind == .anonymous)
        access.exchange.serviceAnswered(status: 200)
        _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 2)
        #expect(try bench.settle(access).shape == .finish)
        let record = try #require(try bench.records().first)
        #expect(record.actor == "anonymous")
        #expect(record.rule == "r-open")
        #expect(record.reason == "rule_allowed")
    }

    @Test("An encoded slash passes where the route admits it")
    func encodedSlash() throws {
        let bench = try DeskBench()
        let step = bench.access().exchange.begin(
            bench.request(.get, "/names/a%2Fb", encodedSlash: true))
        #expect(step.shape == .forward)
        _ = bench.ledger.close()
    }

    @Test("405 names what is allowed")
    func allow() throws {
        let bench = try DeskBench()
        let access = bench.access()
        _ = access.exchange.begin(bench.request(.put))
        let allow = try #require(try bench.settle(access).answer?.allowed)
        #expect(Set(allow).isSuperset(of: [.get, .delete]))
        #expect(!allow.contains(.post))
        _ = bench.ledger.close()
    }

    @Test("Over the limit is told with how long to wait, and the record has the bucket")
    func limited() throws {
        var choices = DeskBench.Choices()
        choices.limit = RateLimit(per: .actor, rate: try #require(Rate("2/h")), burst: 2)
        let bench = try DeskBench(choices)
        for _ in 0..<2 {
            let access = bench.access()
            #expect(access.exchange.begin(bench.request()).shape == .forward)
            access.exchange.serviceAnswered(status: 200)
            _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 0)
            #expect(try bench.settle(access).shape == .finish)
        }
        let access = bench.access()
        #expect(access.exchange.begin(bench.request()).shape == .wait)
        let answer = try #require(try bench.settle(access).answer)
        #expect(answer.status == 429 && answer.says(.rateLimited))
        #expect((1...1800).contains(try #require(answer.retryAfterSeconds)))
        // Somebody else has a bucket of their own.
        let other = bench.access()
        let step = other.exchange.begin(bench.request(.get, "/open", credential: .none))
        #expect(step.shape == .forward)
        other.exchange.serviceAnswered(status: 200)
        _ = other.exchange.serviceFinished(requestSize: 0, responseSize: 0)
        #expect(try bench.settle(other).shape == .finish)

        let records = try bench.records()
        #expect(records.map(\.effect) == [.allow, .allow, .limit, .allow])
        #expect(records[2].reason == "rate_limited")
        #expect(
            records.map { $0.value[path: "limit", "bucket"]?.string } == [nil, nil, "actor", nil])
        #expect(records[2].value[path: "limit", "limit"]?.integer == 2)
        #expect(records[2].value[path: "limit", "remaining"]?.integer == 0)
    }

    @Test(
        "An allowed access that ends otherwise keeps what allowed it, and has the effect of its end",
        arguments: [
            Reason.malformedChunk, .bodyTooLarge, .bodyTimeout, .upstreamTimeout,
            .upstreamUnreachable, .clientClosed,
        ])
    func endsOtherwise(_ reason: Reason) throws {
        let bench = try DeskBench()
        let access = bench.access()
        #expect(access.exchange.begin(bench.request()).shape == .forward)
        _ = access.exchange.fail(reason, requestSize: 0, responseSize: 0, closes: true)
        _ = try bench.settle(access)
        let record = try #require(try bench.records().first)
        #expect(record.reason == reason.code)
        #expect(record.outcome == .failure)
        #expect(record.effect == reason.effect)
        let decision = try #require(record.value["decision"])
        #expect(decision["reason"]?.string == Reason.roleMatch.code)
        #expect(decision["rule"]?.string == "r-read")
        #expect(decision["policy"]?.string == "billing")
    }

    @Test(
        "What was not understood is refused, recorded and answered, or ended without an answer",
        arguments: [
            Reason.malformedRequestLine, .ambiguousFraming, .misdirected, .draining, .headTooLarge,
            .headTimeout, .tooManyConnections, .methodNotSupported, .clientClosed,
        ])
    func notUnderstood(_ reason: Reason) throws {
        let bench = try DeskBench()
        let access = bench.access()
        #expect(access.exchange.refuse(reason, version: .http11).shape == .wait)
        let step = try bench.settle(access)
        if let status = reason.status {
            #expect(step.shape == .answer(UInt16(status), closes: true))
            #expect(step.answer?.says(reason) == true)
        } else {
            #expect(step.shape == .abort)
        }
        let records = try bench.records()
        #expect(records.count == 1)
        #expect(records.first?.stage == .refused)
        #expect(records.first?.reason == reason.code)
        #expect(records.first?.method == nil)
        #expect(records.first?.actor == "anonymous")
        #expect(records.first?.status == reason.status.map { Int64($0) })
        #expect(bench.ledger.counters.accepted == 1)
    }
}
