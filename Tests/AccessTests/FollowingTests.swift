// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Access
import Ledger
import LogFormat
import Policy
import TestSupport
import Testing

@Suite("Access: answers that do not wait for the record of their outcome")
struct FollowingTests {
    private func bench(
        _ ahead: AuditPolicy.Ahead, _ onFailure: AuditPolicy.OnFailure = .deny
    ) throws -> DeskBench {
        var choices = DeskBench.Choices()
        choices.audit = AuditPolicy(ahead: ahead, onFailure: onFailure, outcome: .follows)
        return try DeskBench(choices)
    }

    @Test("RecordedBeforeAnswered: the answer leaves under its `started` record, and not before")
    func answered() throws {
        let bench = try bench(.auto)
        let access = bench.access()
        #expect(access.exchange.begin(bench.request(.post, "/v1/invoices")).shape == .wait)
        #expect(try bench.settle(access).shape == .forward)
        access.exchange.serviceAnswered(status: 201)
        #expect(access.exchange.serviceFinished(requestSize: 5, responseSize: 9).shape == .finish)
        #expect(access.exchange.isIdle)
        // The connection's next request does not wait for the outcome either.
        #expect(access.exchange.begin(bench.request(.post, "/v1/invoices")).shape == .wait)
        #expect(try bench.settle(access).shape == .forward)
        #expect(
            access.exchange.fail(
                .upstreamClosed, requestSize: 0, responseSize: 0, closes: false
            ).shape == .answer(502, closes: false))
        let records = try bench.records()
        #expect(records.map(\.stage) == [.started, .complete, .started, .complete])
        #expect(records.map(\.status) == [nil, 201, nil, 502])
        #expect(Set(records.map(\.uid)).count == 2)
        // The `started` record says what a missing outcome may mean.
        #expect(
            records.map { $0.event("answer")?.string } == ["ahead", nil, "ahead", nil])
    }

    @Test("An access that has no `started` record waits for its one record")
    func alone() throws {
        let bench = try bench(.auto)
        let access = bench.access()
        #expect(access.exchange.begin(bench.request()).shape == .forward)
        access.exchange.serviceAnswered(status: 200)
        #expect(access.exchange.serviceFinished(requestSize: 0, responseSize: 9).shape == .wait)
        #expect(try bench.settle(access).shape == .finish)
        #expect(try bench.records().map(\.stage) == [.complete])
    }

    @Test("A long answer ends under the `started` record that released its beginning")
    func long() throws {
        let bench = try bench(.never)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        access.exchange.serviceAnswered(status: 200)
        #expect(access.exchange.holdsTooMuch().shape == .wait)
        #expect(try bench.settle(access).shape == .release)
        #expect(
            access.exchange.serviceFinished(requestSize: 0, responseSize: 1 << 20).shape == .finish)
        #expect(try bench.records().map(\.stage) == [.started, .complete])
    }

    @Test("A log that is known to take nothing refuses the answer all the same")
    func refused() throws {
        let bench = try bench(.always)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        #expect(try bench.settle(access).shape == .forward)
        access.exchange.serviceAnswered(status: 200)
        bench.breakLog()
        let other = bench.access()
        _ = other.exchange.begin(bench.request())
        _ = try bench.settle(other)
        #expect(bench.ledger.status.poisoned != nil)
        #expect(
            access.exchange.serviceFinished(requestSize: 0, responseSize: 9).shape
                == .answer(503, closes: true))
    }

    @Test("An outcome that is lost behind its answer is noted, and the next start writes `unknown`")
    func lost() throws {
        let bench = try bench(.always)
        let visit = bench.access()
        _ = visit.exchange.begin(bench.request())
        #expect(try bench.settle(visit).shape == .forward)
        visit.exchange.serviceAnswered(status: 200)
        bench.breakLogOnce()
        #expect(visit.exchange.serviceFinished(requestSize: 0, responseSize: 9).shape == .finish)
        #expect(try bench.records().map(\.stage) == [.started])
        let left = bench.storage.crash(keeping: .syncedOnly)
        #expect(try bench.fixture.openWithoutThreads(left).close() == nil)
        let bytes = left.firstEntries
        let records = try EntryFraming.scan(bytes.span).leaves.map {
            try Record(leaf: Array(bytes[$0]))
        }
        let access = records.filter { $0.action == "http.request" }
        #expect(access.map(\.stage) == [.started, .unknown])
        #expect(access.map { $0.event("answer")?.string } == ["ahead", "ahead"])
    }
}
