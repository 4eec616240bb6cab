// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Access
internal import Ledger
internal import Policy

/// The actions of clients and services, and of the data plane for them.
extension SimulatedWorld {
    /// A visitor's next request, after a while.
    func sendSoon(_ visitor: Visitor) {
        guard !isWindingDown else { return }
        // Now and then everybody comes at once.
        let pause = chance(1, of: 3) ? 0 : microseconds(0...20_000)
        agenda.add(.send(visitor: visitor.number, turn: visitor.turn), at: now + pause)
    }

    func send(_ number: Int, _ turn: Int) {
        let visitor = visitors[number]
        guard visitor.turn == turn, let exchange = visitor.exchange, exchange.isIdle else { return }
        let request = MadeUpRequest(configuration, random: &random)
        visitor.request = request
        outcome.accesses += 1
        if chance(1, of: 25) {
            note("visitor \(number) sends nonsense")
            visitor.relay.beginRefusal()
            return take(exchange.refuse(.malformedHeader, version: nil), of: visitor)
        }
        note(
            "visitor \(number) sends \(request.method.token) \(request.path) to \(SimulatedConfiguration.name(request.audit))"
        )
        visitor.relay.begin(
            Relay.Terms(
                length: request.method.isSafe ? 0 : UInt64(MadeUpRequest.contentBytes),
                expectsContinue: chance(1, of: 9), isRepeatable: request.method.isSafe),
            hasContent: !request.method.isSafe)
        if chance(1, of: 20) {
            agenda.add(
                .accessFails(visitor: number, ticket: visitor.relay.ticket),
                at: now + microseconds(0...1_000))
        }
        let step = exchange.begin(request.received)
        visitor.waitsToBegin = if case .wait = step { true } else { false }
        take(step, of: visitor)
        if case .wait = step, plan.bug == .forwardsOnAnothersReceipt, request.recordsAhead,
            !exchange.isIdle, let oldReceipt
        {
            visitor.disregarded += 1
            visitor.settle(oldReceipt)
        }
    }

    /// Carries out an exchange's actions after checking that they are allowed.
    func take(_ step: Step, of visitor: Visitor) {
        switch step {
        case .wait: return
        case .forward(let recorded):
            visitor.uid = recorded.uid
            mayForward(visitor)
            outcome.forwarded += 1
            open(visitor)
        case .release: release(visitor)
        case .finish:
            mayAnswer(visitor, [.complete])
            over(visitor)
        case .answer(let answer):
            visitor.relay.refused()
            visitor.uid = answer.uid
            mayAnswer(visitor, with: answer)
            over(visitor)
        case .abort:
            visitor.relay.refused()
            mayBreakOff(visitor)
            over(visitor)
        }
    }

    private func over(_ visitor: Visitor) {
        visitor.leave()
        sendSoon(visitor)
    }

    // MARK: What may leave

    /// RecordedBeforeForwarded.
    private func mayForward(_ visitor: Visitor) {
        guard !plan.acknowledgesWritten, let request = visitor.request, let uid = visitor.uid
        else { return }
        guard !watch.holds(uid, [.started]) else { return }
        // The ledger's word that it takes records is all that some routes ask for, and it gives it
        // only while there is room. Who had to wait all the same was recorded ahead.
        guard request.recordsAhead || visitor.waitsToBegin || lacksRoom else { return }
        guard request.audit.onFailure == .allow else {
            return verdicts.report(
                "RecordedBeforeForwarded: visitor \(visitor.number)'s request went to \(SimulatedConfiguration.name(request.audit)) "
                    + "without a durable record")
        }
        countUnrecorded(visitor)
    }

    /// RecordedBeforeAnswered, for the service's answer.
    func mayAnswer(_ visitor: Visitor, _ stages: Set<RecordStage>) {
        guard !plan.acknowledgesWritten, let request = visitor.request, let uid = visitor.uid
        else { return }
        let enough = request.audit.outcome == .follows ? stages.union([.started]) : stages
        guard !watch.holds(uid, enough) else { return }
        guard request.audit.onFailure == .allow else {
            return verdicts.report(
                "RecordedBeforeAnswered: visitor \(visitor.number) got an answer without a durable record"
            )
        }
        countUnrecorded(visitor)
    }

    /// The same for the proxy's own answers: only that the log is unavailable can be said without a record.
    private func mayAnswer(_ visitor: Visitor, with answer: AccessRefusal) {
        let says = String(decoding: answer.rendered.body, as: UTF8.self)
        if answer.rendered.status == 503, says.contains(Reason.logUnavailable.code) { return }
        if plan.acknowledgesWritten || watch.holds(answer.uid, [.complete, .refused]) { return }
        if visitor.request?.audit.outcome == .follows, watch.holds(answer.uid, [.started]) {
            return
        }
        guard visitor.wasForwarded, visitor.request?.audit.onFailure == .allow else {
            return verdicts.report(
                "RecordedBeforeAnswered: visitor \(visitor.number) was told \(answer.rendered.status) "
                    + "without a durable record")
        }
        countUnrecorded(visitor)
    }

    /// Nothing leaves, but a service was asked: the outcome is recorded, or counted.
    private func mayBreakOff(_ visitor: Visitor) {
        guard !plan.acknowledgesWritten, visitor.wasForwarded,
            let audit = visitor.request?.audit, audit.onFailure == .allow,
            let uid = visitor.uid, !watch.holds(uid, [.complete])
        else { return }
        if audit.outcome == .follows, watch.holds(uid, [.started]) { return }
        countUnrecorded(visitor)
    }

    /// Counts each access that goes through unrecorded, once.
    private func countUnrecorded(_ visitor: Visitor) {
        guard !visitor.isUnrecorded, let proxy else { return }
        visitor.isUnrecorded = true
        unrecorded += 1
        unrecordedEver += 1
        if proxy.ledger.counters.dropped < unrecorded {
            verdicts.report("visitor \(visitor.number)'s access is neither recorded nor counted")
        }
    }
}
