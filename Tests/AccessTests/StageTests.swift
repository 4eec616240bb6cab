// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Access
import Ledger
import Policy
import Testing

@Suite("Access: what is recorded, and when")
struct StageTests {
    private func bench(
        _ ahead: AuditPolicy.Ahead, _ onFailure: AuditPolicy.OnFailure = .deny
    ) throws -> DeskBench {
        var choices = DeskBench.Choices()
        choices.audit = AuditPolicy(ahead: ahead, onFailure: onFailure)
        return try DeskBench(choices)
    }

    struct Case: Sendable {
        var ahead: AuditPolicy.Ahead
        var method: Method
        var isAhead: Bool
    }

    @Test(
        "RecordedBeforeForwarded: what the route says decides which record is waited for",
        arguments: [
            Case(ahead: .auto, method: .get, isAhead: false),
            Case(ahead: .auto, method: .post, isAhead: true),
            Case(ahead: .always, method: .get, isAhead: true),
            Case(ahead: .always, method: .post, isAhead: true),
            Case(ahead: .never, method: .get, isAhead: false),
            Case(ahead: .never, method: .post, isAhead: false),
        ])
    func ahead(_ known: Case) throws {
        let bench = try bench(known.ahead)
        let access = bench.access()
        let path = known.method == .get ? "/v1/invoices/1" : "/v1/invoices"
        let first = access.exchange.begin(bench.request(known.method, path))
        #expect(first.shape == (known.isAhead ? .wait : .forward))
        if known.isAhead {
            #expect(bench.ledger.counters.forwarded == 0)
            #expect(try bench.settle(access).shape == .forward)
        }
        #expect(bench.ledger.counters.forwarded == 1)
        access.exchange.serviceAnswered(status: 201)
        #expect(access.exchange.serviceFinished(requestSize: 5, responseSize: 9).shape == .wait)
        #expect(try bench.settle(access).shape == .finish)

        let records = try bench.records()
        #expect(records.map(\.stage) == (known.isAhead ? [.started, .complete] : [.complete]))
        #expect(Set(records.map(\.uid)).count == 1)
        if known.isAhead {
            #expect(records[0].outcome == .unknown)
            #expect(records[0].status == nil)
            #expect(records[0].value["duration_us"] == nil)
            #expect(records[0].value["commit"] == records[1].value["commit"])
            #expect(records[0].value["trace"] == records[1].value["trace"])
        }
        #expect(bench.ledger.status.tallies[.allowed] == 1)
    }

    @Test("A long answer is released under a `started` record, once, and then freely")
    func release() throws {
        let bench = try bench(.auto)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        access.exchange.serviceAnswered(status: 200)
        #expect(access.exchange.holdsTooMuch().shape == .wait)
        // More comes while the record is on its way.
        #expect(access.exchange.holdsTooMuch().shape == .wait)
        #expect(try bench.settle(access).shape == .release)
        #expect(access.exchange.holdsTooMuch().shape == .release)
        #expect(
            access.exchange.serviceFinished(requestSize: 0, responseSize: 1 << 20).shape == .wait)
        #expect(try bench.settle(access).shape == .finish)
        #expect(try bench.records().map(\.stage) == [.started, .complete])
    }

    @Test("A request that was recorded ahead releases its answer without another record")
    func releaseAhead() throws {
        let bench = try bench(.always)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        #expect(try bench.settle(access).shape == .forward)
        access.exchange.serviceAnswered(status: 200)
        #expect(access.exchange.holdsTooMuch().shape == .release)
        _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 9)
        #expect(try bench.settle(access).shape == .finish)
        #expect(try bench.records().map(\.stage) == [.started, .complete])
    }

    @Test("An answer that ends while its `started` record is written leaves whole with the last")
    func endsWhileStarting() throws {
        let bench = try bench(.auto)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        access.exchange.serviceAnswered(status: 200)
        _ = access.exchange.holdsTooMuch()
        #expect(access.exchange.serviceFinished(requestSize: 0, responseSize: 9).shape == .wait)
        #expect(try bench.settle(access).shape == .wait)
        #expect(try bench.settle(access).shape == .finish)
        #expect(try bench.records().map(\.stage) == [.started, .complete])
    }

    @Test("One exchange serves the requests of a connection in turn, each with a uid of its own")
    func inTurn() throws {
        let bench = try bench(.auto)
        let access = bench.access()
        for round in 0..<5 {
            #expect(access.exchange.isIdle)
            #expect(access.exchange.begin(bench.request()).shape == .forward)
            access.exchange.serviceAnswered(status: 200)
            _ = access.exchange.serviceFinished(requestSize: 0, responseSize: UInt64(round))
            #expect(try bench.settle(access).shape == .finish)
        }
        let records = try bench.records()
        #expect(Set(records.map(\.uid)).count == 5)
        // One commitment to where they come from serves the whole connection.
        #expect(Set(records.map { $0.value[path: "commit", "where"]?.string }).count == 1)
        #expect(Set(records.map { $0.value[path: "commit", "what"]?.string }).count == 5)
    }

    @Test(
        "A failure of the service is answered with its reason, and has its own status in the record",
        arguments: [
            Reason.upstreamUnreachable, .upstreamTLS, .upstreamTimeout, .upstreamMalformed,
            .upstreamClosed, .bodyTooLarge, .bodyTimeout, .malformedChunk,
        ])
    func serviceFails(_ reason: Reason) throws {
        let bench = try bench(.auto)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        let step = access.exchange.fail(reason, requestSize: 3, responseSize: 0, closes: false)
        #expect(step.shape == .wait)
        let answer = try #require(try bench.settle(access).answer)
        #expect(answer.status == UInt16(try #require(reason.status)))
        #expect(answer.says(reason))
        let records = try bench.records()
        #expect(records.count == 1)
        #expect(records[0].stage == .complete)
        #expect(records[0].event("reason")?.string == reason.code)
        #expect(records[0].value[path: "decision", "reason"]?.string == "role_match")
        #expect(records[0].effect == reason.effect)
        #expect(records[0].outcome == .failure)
        #expect(records[0].status == Int64(answer.status))
        #expect(records[0].value[path: "http", "upstream_status"] == nil)
        #expect(records[0].value[path: "http", "request_size"]?.integer == 3)
    }

    @Test("A service that fails when part of its answer has left ends the connection")
    func failsLate() throws {
        let bench = try bench(.auto)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        access.exchange.serviceAnswered(status: 200)
        _ = access.exchange.holdsTooMuch()
        #expect(try bench.settle(access).shape == .release)
        let step = access.exchange.fail(
            .upstreamClosed, requestSize: 0, responseSize: 70_000, closes: true)
        #expect(step.shape == .wait)
        #expect(try bench.settle(access).shape == .abort)
        let records = try bench.records()
        #expect(records.map(\.stage) == [.started, .complete])
        // The client has seen the service's status, and then less than the whole.
        #expect(records[1].status == 200)
        #expect(records[1].reason == "upstream_closed")
        #expect(records[1].value[path: "http", "response_size"]?.integer == 70_000)
    }

    /// How far an exchange is when its client goes.
    enum Moment: CaseIterable {
        case forwarded
        case answered
        case recordingStart
        case released
    }

    @Test(
        "A client that goes is recorded once, wherever the exchange is", arguments: Moment.allCases)
    func clientGoes(_ moment: Moment) throws {
        let bench = try bench(.auto)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        if moment != .forwarded { access.exchange.serviceAnswered(status: 200) }
        if moment == .recordingStart || moment == .released { _ = access.exchange.holdsTooMuch() }
        if moment == .released { #expect(try bench.settle(access).shape == .release) }
        let step = access.exchange.fail(
            .clientClosed, requestSize: 0, responseSize: 0, closes: true)
        #expect(step.shape == .wait)
        if moment == .recordingStart { #expect(try bench.settle(access).shape == .wait) }
        #expect(try bench.settle(access).shape == .abort)
        #expect(access.exchange.isIdle)
        let records = try bench.records()
        let isStarted = moment == .recordingStart || moment == .released
        #expect(records.map(\.stage) == (isStarted ? [.started, .complete] : [.complete]))
        let last = try #require(records.last)
        #expect(last.reason == "client_closed")
        #expect(last.effect == .error)
        #expect(last.status == (moment == .released ? 200 : nil))
        #expect(
            last.value[path: "http", "upstream_status"]?.integer
                == (moment == .forwarded || moment == .released ? nil : 200))
    }

    @Test("A reload changes nothing for requests under way", arguments: AuditPolicy.Ahead.allCases)
    func reload(_ ahead: AuditPolicy.Ahead) throws {
        var choices = DeskBench.Choices()
        choices.audit = AuditPolicy(ahead: ahead, onFailure: .deny)
        choices.tags = ["ledger"]
        let bench = try DeskBench(choices)
        let access = bench.access()
        var step = access.exchange.begin(bench.request())
        try bench.reloadEmpty()
        if ahead == .always { step = try bench.settle(access) }
        #expect(step.shape == .forward)
        access.exchange.serviceAnswered(status: 200)
        if access.exchange.holdsTooMuch().shape == .wait {
            #expect(try bench.settle(access).shape == .release)
        }
        _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 1)
        #expect(try bench.settle(access).shape == .finish)
        // The next one meets what is in force by then.
        _ = access.exchange.begin(bench.request(credential: .none))
        #expect(try bench.settle(access).shape == .answer(404, closes: false))
        let records = try bench.records()
        #expect(records.map(\.stage) == [.started, .complete, .refused])
        for record in records.prefix(2) {
            #expect(record.service == "billing")
            #expect(record.route == "/v1/invoices/{id}")
            #expect(record.policyVersion == bench.rulebook.version)
            #expect(record.value["data_tags"]?.array?.first?.string == "ledger")
        }
        #expect(records[2].policyVersion != bench.rulebook.version)
    }

    @Test("Where there is nobody with a service, a client's going changes nothing")
    func clientGoesElsewhere() throws {
        let bench = try bench(.always)
        let access = bench.access()
        func goes() -> Shape {
            access.exchange.fail(.clientClosed, requestSize: 0, responseSize: 0, closes: true).shape
        }
        #expect(goes() == .wait)
        _ = access.exchange.begin(bench.request())
        #expect(goes() == .wait)
        #expect(try bench.settle(access).shape == .forward)
        _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 0)
        #expect(goes() == .wait)
        #expect(try bench.settle(access).shape == .finish)
        #expect(try bench.records().map(\.stage) == [.started, .complete])
    }
}
