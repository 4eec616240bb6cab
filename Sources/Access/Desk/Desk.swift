// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
package import Disclosures
internal import Identity
package import Ledger
package import Policy

/// What all exchanges of one event loop share: configuration, verified credentials, the way to the ledger.
///
/// Belongs to one event loop and is used on it alone; nothing here is locked.
package final class Desk {
    /// The configuration for requests that begin from now on.
    package var rules: ExchangeRules {
        didSet {
            templates.removeAll()
            // What is disclosed of a caller is chosen once, with the actor.
            if rules.privacy != oldValue.privacy { tokens.forgetAll() }
            tokens.adopt(rules.identity.generations)
        }
    }
    /// The log, as accesses know it.
    let recorder: Recorder
    let clock: ExchangeClock
    let limiter: RateLimiter
    private var waiting = SettlementTable()
    /// Requests whose credentials are being verified.
    var identifying = SettlementTable()
    /// Who verifies credentials that take time; nil: the event loop itself.
    package var verifier: (any IdentificationPort)?
    /// Records of this turn that the ledger does not have yet.
    private var batch: RecordBatch
    /// How many these are. Counted here, because asking the batch copies it.
    private var held = 0
    /// Arranges for ``turnEnded()`` to be called once the event loop has finished its present work;
    /// nil: each record is handed over at once.
    ///
    /// All records of one turn then make one group, whereas a woken writer would begin with the
    /// first.
    package var afterTurn: (() -> Void)?
    private var willHandOver = false
    /// Waits for records whose answers have left already. A lost one means an access without an
    /// outcome, which the ledger notes.
    let nobody = Nobody()
    var tokens: VerifiedTokenCache<KnownActor>
    private var randomness: BufferedRandomness
    /// The texts of the records written lately, under the rules in force.
    var templates = RecordTemplates()
    private var timeText: InstantText
    private var decisions: [Decision: EncodedDecision] = [:]
    /// The last decision asked for: most requests in a row are decided alike.
    private var lastDecision: Decision?
    private var lastEncoded: EncodedDecision?
    let anonymous: KnownActor

    /// - Parameter port: registered with the recorder's ledger; it passes settlements to
    ///   ``deliver(_:)`` on the loop.
    package init(
        rules: ExchangeRules, recorder: Recorder, port: PortID, limiter: RateLimiter,
        clock: ExchangeClock, randomness: consuming BufferedRandomness
    ) {
        self.rules = rules
        self.recorder = recorder
        batch = recorder.batch(for: port)
        self.limiter = limiter
        self.clock = clock
        timeText = InstantText(clock.now())
        var random = SystemRandomNumberGenerator()
        tokens = VerifiedTokenCache(
            mostEntries: 10_000, mostBytes: 16 << 20, generations: rules.identity.generations,
            random: &random)
        self.randomness = randomness
        anonymous = KnownActor(.anonymous, subject: recorder.subjects.anonymous, who: nil)
    }

    /// How many exchanges wait for the ledger.
    package var waitingCount: Int { waiting.count }

    /// Hands a group's settlements to those who wait for them.
    package func deliver(_ settlements: [Settlement]) {
        for settlement in settlements {
            settlement.forEach { ticket, fate in
                waiting.take(ticket)?.recordSettled(fate)
            }
        }
    }

    /// Queues a record; the receiver is notified when it is settled. Nothing waits after a refusal.
    ///
    /// It stays with this loop until ``turnEnded()``: what is refused then is settled as refused.
    func append(
        _ draft: consuming RecordDraft, tally: Tally, for receiver: any SettlementReceiver
    ) throws(AppendRefusal) {
        try recorder.checkTaking()
        try batch.append(draft, tally: tally, ticket: waiting.next)
        waiting.wait(receiver)
        held += 1
        guard held < Self.mostInBatch else { return handOver() }
        guard !willHandOver else { return }
        guard let afterTurn else { return handOver() }
        willHandOver = true
        afterTurn()
    }

    /// Writes a record by the template of its kind; it must be appended at once. Nil if the
    /// template does not fit.
    func draft(
        by template: RecordTemplate, _ values: TemplateValues, actor: KnownActor,
        host: Span<UInt8>
    ) -> RecordDraft? {
        batch.draft(by: template, values, actor: actor.encoded, host: host)
    }

    /// After this many records of a long turn the writer gets them before the turn ends.
    private static let mostInBatch = 64

    /// The turn is over: the ledger gets what was recorded in it.
    package func turnEnded() {
        willHandOver = false
        handOver()
    }

    private func handOver() {
        held = 0
        recorder.handOver(&batch)
    }

    /// A new request's id.
    func uniqueID(at instant: UTCInstant) -> UniqueID {
        recorder.identifiers.next(at: instant, random: randomness.word())
    }

    func salt() -> Salt { randomness.salt() }

    /// An instant as records write it.
    func text(of instant: UTCInstant) -> InstantText {
        timeText.move(to: instant)
        return timeText
    }

    /// The trace to which a request belongs, with a span of ours: the client's, or a new one with
    /// the ids of the record, which then need not name them.
    func trace(continuing trace: TraceContext?, of uid: UniqueID) -> TraceContext {
        guard let trace else {
            return TraceContext(traceHigh: uid.high, traceLow: uid.low, span: uid.low)
        }
        return TraceContext(
            traceHigh: trace.traceHigh, traceLow: trace.traceLow,
            span: max(1, randomness.word()))
    }

    /// A decision in record form; there are as many as rules and reasons.
    func encoded(_ decision: Decision) -> EncodedDecision {
        if let lastEncoded, lastDecision === decision { return lastEncoded }
        let encoded = remembered(decision)
        lastDecision = decision
        lastEncoded = encoded
        return encoded
    }

    private func remembered(_ decision: Decision) -> EncodedDecision {
        if let known = decisions[decision] { return known }
        // Reloads bring new policy versions: old ones are forgotten all at once.
        if decisions.count >= 4096 { decisions.removeAll(keepingCapacity: true) }
        let encoded = EncodedDecision(decision)
        decisions[decision] = encoded
        return encoded
    }
}

/// The receiver of what nobody waits for.
final class Nobody: SettlementReceiver {
    func recordSettled(_ fate: RecordFate) {}

    func identified(_ identification: Identification) {
        preconditionFailure("IdentifiedOnce: a credential was verified that nobody waits for")
    }
}

@available(*, unavailable)
extension Desk: Sendable {}
