// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Access
import Ledger
import Policy
import Testing

@Suite("Access: when the log does not take a record")
struct LogFailureTests {
    private func bench(
        _ ahead: AuditPolicy.Ahead, _ onFailure: AuditPolicy.OnFailure, tags: [String] = []
    ) throws -> DeskBench {
        var choices = DeskBench.Choices()
        choices.audit = AuditPolicy(ahead: ahead, onFailure: onFailure)
        choices.tags = tags
        return try DeskBench(choices)
    }

    /// Poisons the log, and returns once that is known.
    private func poison(_ bench: DeskBench) throws {
        bench.breakLog()
        let access = bench.access()
        _ = access.exchange.refuse(.malformedHeader, version: nil)
        #expect(try bench.settle(access).answer?.says(.logUnavailable) == true)
        #expect(bench.ledger.status.poisoned != nil)
    }

    @Test(
        "Nothing is forwarded once the log is known to have stopped",
        arguments: [
            AuditPolicy.Ahead.auto, .always, .never,
        ])
    func denied(_ ahead: AuditPolicy.Ahead) throws {
        let bench = try bench(ahead, .deny)
        try poison(bench)
        for (method, path) in [(Method.get, "/v1/invoices/1"), (.post, "/v1/invoices")] {
            let access = bench.access()
            let answer = try #require(access.exchange.begin(bench.request(method, path)).answer)
            #expect(answer.status == 503 && answer.says(.logUnavailable))
            #expect(answer.retryAfterSeconds == 1)
            #expect(access.exchange.isIdle)
        }
        #expect(bench.ledger.counters.forwarded == 0)
        #expect(bench.ledger.counters.dropped == 0)
        #expect(bench.waitingCount == 0)
        #expect(try bench.records().isEmpty)
    }

    @Test("Nothing is forwarded when its own `started` record fails", arguments: [false, true])
    func failsAhead(rejects: Bool) throws {
        let bench = try bench(.always, .deny)
        bench.breakLog(rejects: rejects)
        let access = bench.access()
        #expect(access.exchange.begin(bench.request()).shape == .wait)
        #expect(try bench.settle(access).shape == .answer(503, closes: false))
        #expect(access.exchange.isIdle)
        #expect(bench.ledger.counters.forwarded == 0)
        bench.mendLog()
        // A full disk passes; a failed sync is for good.
        let next = bench.access()
        let step = next.exchange.begin(bench.request())
        #expect(step.shape == (rejects ? .wait : .answer(503, closes: false)))
        if rejects { #expect(try bench.settle(next).shape == .forward) }
        _ = bench.ledger.close()
    }

    @Test(
        "While the disk is full every access waits for its own record, which shows when there is room",
        arguments: [AuditPolicy.Ahead.auto, .never])
    func fullDisk(_ ahead: AuditPolicy.Ahead) throws {
        let bench = try bench(ahead, .deny)
        bench.breakLog(rejects: true)
        let last = bench.access()
        #expect(last.exchange.refuse(.malformedHeader, version: nil).shape == .wait)
        #expect(try bench.settle(last).shape == .answer(503, closes: true))
        for _ in 0..<3 {
            let access = bench.access()
            #expect(access.exchange.begin(bench.request()).shape == .wait)
            #expect(try bench.settle(access).shape == .answer(503, closes: false))
        }
        #expect(bench.ledger.counters.forwarded == 0)
        bench.mendLog()
        let first = bench.access()
        var shape = first.exchange.begin(bench.request()).shape
        // Unless the housekeeper has just found the room.
        let isAhead = shape == .wait
        if isAhead { shape = try bench.settle(first).shape }
        #expect(shape == .forward)
        // From here on, the ledger's word is enough again.
        let next = bench.access()
        #expect(next.exchange.begin(bench.request()).shape == .forward)
        for access in [first, next] {
            access.exchange.serviceAnswered(status: 200)
            _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 5)
            #expect(try bench.settle(access).shape == .finish)
        }
        #expect(bench.ledger.counters.dropped == 0)
        let started: [RecordStage] = isAhead ? [.started] : []
        #expect(try bench.records().map(\.stage) == started + [.complete, .complete])
    }

    @Test("On a full disk an access that its route lets through goes on once its record has failed")
    func fullDiskAllowed() throws {
        let bench = try bench(.auto, .allow)
        bench.breakLog(rejects: true)
        let last = bench.access()
        _ = last.exchange.refuse(.malformedHeader, version: nil)
        _ = try bench.settle(last)
        let access = bench.access()
        #expect(access.exchange.begin(bench.request()).shape == .wait)
        #expect(try bench.settle(access).shape == .forward)
        access.exchange.serviceAnswered(status: 200)
        #expect(access.exchange.serviceFinished(requestSize: 0, responseSize: 5).shape == .wait)
        #expect(try bench.settle(access).shape == .finish)
        #expect(bench.ledger.counters.dropped == 1)
        _ = bench.ledger.close()
    }

    @Test(
        "RecordedBeforeAnswered: an answer whose record fails is replaced",
        arguments: [false, true])
    func failsAtCompletion(rejects: Bool) throws {
        let bench = try bench(.auto, .deny)
        let access = bench.access()
        #expect(access.exchange.begin(bench.request()).shape == .forward)
        access.exchange.serviceAnswered(status: 200)
        bench.breakLog(rejects: rejects)
        #expect(access.exchange.serviceFinished(requestSize: 0, responseSize: 5).shape == .wait)
        #expect(try bench.settle(access).shape == .answer(503, closes: true))
        #expect(access.exchange.isIdle)
        #expect(bench.ledger.counters.dropped == 0)
        _ = bench.ledger.close()
    }

    @Test("An answer that has left in part never ends without its record")
    func failsReleased() throws {
        let bench = try bench(.auto, .deny)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        access.exchange.serviceAnswered(status: 200)
        _ = access.exchange.holdsTooMuch()
        #expect(try bench.settle(access).shape == .release)
        bench.breakLog()
        _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 5)
        #expect(try bench.settle(access).shape == .abort)
        #expect(try bench.records().map(\.stage) == [.started])
    }

    @Test("A long answer whose `started` record fails never begins")
    func failsStart() throws {
        let bench = try bench(.auto, .deny)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        access.exchange.serviceAnswered(status: 200)
        bench.breakLog()
        #expect(access.exchange.holdsTooMuch().shape == .wait)
        #expect(try bench.settle(access).shape == .answer(503, closes: true))
        #expect(access.exchange.isIdle)
        _ = bench.ledger.close()
    }

    @Test(
        "Where the route lets accesses through, each that is not recorded counts once",
        arguments: [
            AuditPolicy.Ahead.auto, .always,
        ])
    func allowed(_ ahead: AuditPolicy.Ahead) throws {
        let bench = try bench(ahead, .allow)
        try poison(bench)
        for round in UInt64(1)...3 {
            let access = bench.access()
            #expect(access.exchange.begin(bench.request()).shape == .forward)
            access.exchange.serviceAnswered(status: 200)
            #expect(access.exchange.holdsTooMuch().shape == .release)
            let step = access.exchange.serviceFinished(requestSize: 0, responseSize: 5)
            #expect(step.shape == .finish)
            #expect(access.exchange.isIdle)
            #expect(bench.ledger.counters.dropped == round)
            #expect(bench.ledger.counters.forwarded == round)
        }
        #expect(bench.waitingCount == 0)
        #expect(try bench.records().isEmpty)
    }

    @Test("The same when the log stops while the record is on its way")
    func allowedLate() throws {
        let bench = try bench(.auto, .allow)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        access.exchange.serviceAnswered(status: 200)
        bench.breakLog()
        #expect(access.exchange.holdsTooMuch().shape == .wait)
        #expect(try bench.settle(access).shape == .release)
        #expect(access.exchange.serviceFinished(requestSize: 0, responseSize: 5).shape == .finish)
        #expect(bench.ledger.counters.dropped == 1)
        _ = bench.ledger.close()
    }

    @Test("An access that has ended when its `started` record fails counts as its last record says")
    func allowedEnded() throws {
        let bench = try bench(.auto, .allow)
        let access = bench.access()
        _ = access.exchange.begin(bench.request())
        access.exchange.serviceAnswered(status: 200)
        bench.breakLogOnce()
        #expect(access.exchange.holdsTooMuch().shape == .wait)
        #expect(access.exchange.serviceFinished(requestSize: 0, responseSize: 5).shape == .wait)
        #expect(try bench.settle(access).shape == .wait)
        #expect(try bench.settle(access).shape == .finish)
        #expect(bench.ledger.counters.dropped == 0)
        #expect(try bench.records().count == 1)
    }

    @Test(
        "Letting through is for allowed accesses: a refusal that cannot be recorded is told as that"
    )
    func allowedIsNoGrant() throws {
        let bench = try bench(.always, .allow)
        try poison(bench)
        let access = bench.access()
        let step = access.exchange.begin(bench.request(.get, "/forbidden"))
        #expect(step.shape == .answer(503, closes: true))
        #expect(bench.ledger.counters.forwarded == 0)
        #expect(bench.ledger.counters.dropped == 0)
        _ = bench.ledger.close()
    }

    /// Tags with which no record fits an entry.
    private static let tags = (0..<64).map { "\($0)" + String(repeating: "t", count: 2000) }

    @Test("A record that no entry can hold is refused by its name before anything is forwarded")
    func tooLarge() throws {
        let bench = try bench(.always, .deny, tags: Self.tags)
        let access = bench.access()
        #expect(access.exchange.begin(bench.request()).shape == .wait)
        let answer = try #require(try bench.settle(access).answer)
        #expect(answer.status == 431 && answer.says(.recordTooLarge))
        #expect(bench.ledger.counters.forwarded == 0)
        #expect(bench.waitingCount == 0)
        // The log lives: what fits is recorded.
        let other = bench.access()
        #expect(other.exchange.begin(bench.request(.get, "/open")).shape == .wait)
        #expect(try bench.settle(other).shape == .forward)
        let records = try bench.records()
        #expect(records.map(\.stage) == [.complete, .started])
        #expect(records[0].uid == answer.uid)
        #expect(records[0].reason == "record_too_large")
        #expect(records[0].effect == .limit)
        #expect(records[0].status == 431)
        #expect(records[0].value["data_tags"] == nil)
    }
}
