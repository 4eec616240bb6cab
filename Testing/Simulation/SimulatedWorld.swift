// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Crypto
internal import Access
internal import Ledger
internal import Merkle
internal import TestSupport

/// The world of one ``Simulation``: everything that happens is an event on its agenda.
final class SimulatedWorld {
    enum Event {
        case send(visitor: Int, turn: Int)
        case serviceConnects(visitor: Int, ticket: UInt64)
        case contentComes(visitor: Int, ticket: UInt64)
        case serviceAnswers(visitor: Int, ticket: UInt64)
        case serviceSendsMore(visitor: Int, ticket: UInt64)
        case serviceEnds(visitor: Int, ticket: UInt64)
        case accessFails(visitor: Int, ticket: UInt64)
        case write(run: Int)
        case deliver(run: Int, loop: Int)
        case publish(run: Int)
        case sync(run: Int)
        case beat(run: Int)
        case start
        case diskTrouble
        case diskMends
        case clockSteps
        case ends
        case stops
    }

    let plan: Simulation
    var random: SeededGenerator
    var agenda = Agenda<Event>()
    /// Virtual microseconds since the world began.
    var now: UInt64 = 0
    var clockOffset: Int64 = 0
    var outcome = Simulation.Outcome()

    let configuration: SimulatedConfiguration
    var fixture: LedgerFixture
    let verdicts = Verdicts()
    let watch: DurabilityWatch
    let trouble: Trouble
    let onlooker: Onlooker
    var disk = MemoryStorage()
    /// Older disks, for the planted bug that puts one back.
    var copies: [MemoryStorage] = []

    /// The proxy, while it runs.
    var proxy: SimulatedProxy?
    /// Counts the runs of the proxy, so that events scheduled for an earlier one can be recognised as late.
    var run = 0
    var visitors: [Visitor] = []
    var isWriteDue = false
    var isPublishDue = false
    var isSyncDue = false
    /// How many records were refused at the hand-over.
    var refused = 0
    /// How many records had been rejected, and how long the log was, when that was last asked.
    var rejectedBefore = 0
    var collectedSize: UInt64 = 0
    /// How long the log was when a group was rejected after everything that had become durable.
    var roomlessSize: UInt64?
    /// How many records a start has to find: those acknowledged before the process alone was killed.
    var owed: UInt64 = 0
    /// One more than the index of the newest record that this run has acknowledged.
    var acknowledgedSize: UInt64 = 0
    var lastPublish: UInt64 = 0
    /// New requests, faults and crashes keep coming until the world winds down.
    var isWindingDown = false

    /// Everything that was acknowledged.
    var acknowledged: [UInt64: LeafHash] = [:]
    /// Every checkpoint over durable records that was seen, by size.
    var checkpoints: [UInt64: [UInt8]] = [:]
    /// Accesses of this run that went on without a record.
    var unrecorded: UInt64 = 0
    var unrecordedEver: UInt64 = 0
    /// Settled outcomes, one of which the planted bug reuses.
    var oldReceipt: RecordFate?

    init(_ plan: Simulation) throws {
        self.plan = plan
        random = SeededGenerator(seed: plan.seed)
        configuration = try SimulatedConfiguration(random: &random)
        fixture = try LedgerFixture(
            key: Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: 5, count: 32)))
        fixture.options.commitJournalBytes = 1 << Int.random(in: 12...15, using: &random)
        fixture.options.mostGroupBytes = 1 << Int.random(in: 11...15, using: &random)
        fixture.options.mostWaitingBytes = 1 << Int.random(in: 13...18, using: &random)
        if plan.acknowledgesWritten {
            fixture.options.durability = .written
            // Time is made up here: what the machine takes for a world decides nothing.
            fixture.options.mostUnsynced = .seconds(100_000)
        }
        watch = DurabilityWatch(verdicts: verdicts)
        trouble = Trouble(bug: plan.bug, watch: watch)
        onlooker = Onlooker(bug: plan.bug, verdicts: verdicts)
    }

    func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &random) < part
    }

    func microseconds(_ range: ClosedRange<UInt64>) -> UInt64 {
        UInt64.random(in: range, using: &random)
    }

    func note(_ text: @autoclosure () -> String) {
        outcome.story.append("\(now): \(text())")
    }

    func run() async throws -> Simulation.Outcome {
        let count = Int.random(in: 2...6, using: &random)
        visitors = (0..<count).map { number in
            Visitor(number: number) { [unowned self] visitor, step in take(step, of: visitor) }
        }
        agenda.add(.start, at: 0)
        for event in [Event.diskTrouble, .clockSteps, .ends, .ends] {
            agenda.add(event, at: microseconds(0...60_000))
        }
        var steps = 0
        while verdicts.first == nil, let (time, event) = agenda.removeFirst() {
            now = time
            setClock()
            steps += 1
            if steps == plan.length { windDown() }
            try await happen(event)
        }
        if verdicts.first == nil { try await finish() }
        outcome.violation = verdicts.first
        outcome.faults = trouble.count
        return outcome
    }

    func setClock() {
        fixture.clock.now = UTCInstant(
            microseconds: 1_795_000_000_000_000 + Int64(now) + clockOffset)
    }

    private func happen(_ event: Event) async throws {
        switch event {
        case .send(let visitor, let turn): send(visitor, turn)
        case .serviceConnects(let visitor, let ticket): connectService(visitor, ticket)
        case .contentComes(let visitor, let ticket): bringContent(visitor, ticket)
        case .serviceAnswers(let visitor, let ticket): beginAnswer(visitor, ticket)
        case .serviceSendsMore(let visitor, let ticket): sendMore(visitor, ticket)
        case .serviceEnds(let visitor, let ticket): endAnswer(visitor, ticket)
        case .accessFails(let visitor, let ticket): failAccess(visitor, ticket)
        case .write(let run): if run == self.run { write() }
        case .deliver(let run, let loop): if run == self.run { deliver(loop) }
        case .publish(let run): if run == self.run { publish() }
        case .sync(let run): if run == self.run { sync() }
        case .beat(let run): if run == self.run { beat() }
        case .start: try await start()
        case .diskTrouble: makeTrouble()
        case .diskMends: trouble.isFull = false
        case .clockSteps: stepClock()
        case .ends: end()
        case .stops: try await stop()
        }
        try await lookAround()
    }

    /// After each event: whether the process is gone, and what followed from what it acknowledged.
    private func lookAround() async throws {
        if let (left, survival) = trouble.left { return crash(left, survival) }
        guard let proxy else { return }
        collect(proxy)
        if !isWriteDue, proxy.ledger.status.waitingBytes > 0 {
            isWriteDue = true
            agenda.add(.write(run: run), at: now + microseconds(0...2_000))
        }
        for (number, loop) in proxy.loops.enumerated() where !loop.inbox.isEmpty {
            agenda.add(.deliver(run: run, loop: number), at: now + microseconds(0...500))
        }
    }

    /// Whether the last group that the ledger has told of found no room.
    var lacksRoom: Bool {
        guard let roomlessSize, let proxy else { return false }
        return proxy.ledger.status.size.count == roomlessSize
    }

    /// Notes what the ledger has acknowledged and signed.
    func collect(_ proxy: SimulatedProxy) {
        for loop in proxy.loops {
            let report = loop.inbox.report()
            acknowledged.merge(report.acknowledged) { _, new in new }
            acknowledgedSize = max(acknowledgedSize, report.size)
            outcome.rejected += report.rejected
            refused += report.refused
        }
        let status = proxy.ledger.status
        let size = status.size.count
        if outcome.rejected > rejectedBefore, size == collectedSize { roomlessSize = size }
        (rejectedBefore, collectedSize) = (outcome.rejected, size)
        if let checkpoint = status.checkpoint, status.size.count <= UInt64(watch.leaves.count) {
            checkpoints[status.size.count] = checkpoint
        }
    }

    private func windDown() {
        note("winding down")
        isWindingDown = true
        trouble.isFull = false
    }
}
