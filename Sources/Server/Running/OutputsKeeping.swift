// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import Logging
import Merkle
import NIOCore
import NIOPosix
import Outputs
import Query
import Synchronization

/// Gives the outputs of a server their turns, each on a thread of its own that yields to all others: a receiver that hangs
/// holds up nobody else.
///
/// They are looked at once a second, so that the log's own threads do nothing for them.
final class OutputsKeeping: Sendable {
    private struct State {
        var outputs: [KeptOutput] = []
        /// The ends of those that a configuration has no longer, or has otherwise, by their names: whether they came.
        var leaving: [String: Task<Bool, Never>] = [:]
    }

    /// Longer than any receiver is waited for.
    private static let patience = Duration.seconds(300)

    private let ledger: Ledger
    private let now: @Sendable () -> UTCInstant
    private let logger: Logger
    private let state = Mutex(State())
    private let looking = Mutex<RepeatedTask?>(nil)

    /// Begins; nothing is read or connected before this returns.
    init(
        _ orders: [OutputOrder], _ ledger: Ledger, now: @escaping @Sendable () -> UTCInstant,
        logger: Logger
    ) {
        self.ledger = ledger
        self.now = now
        self.logger = logger
        adopt(orders)
        let task = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
            initialDelay: .zero, delay: .seconds(1)
        ) { [weak self] _ in
            for output in self?.outputs ?? [] { output.wake() }
        }
        looking.withLock { $0 = task }
    }

    private var outputs: [KeptOutput] { state.withLock { $0.outputs } }

    /// Has the outputs be those of a configuration. One that is as before goes on; one that is gone ends after the batch in
    /// progress; one that is another ends so, too, and goes on from its position, once nobody else writes that.
    ///
    /// A receiver that hangs keeps nobody waiting but the one that is to take its place.
    func adopt(_ orders: [OutputOrder]) {
        state.withLock { state in
            var before: [String: KeptOutput] = [:]
            for output in state.outputs { before[output.engine.name] = output }
            state.outputs = orders.map { order in
                let name = order.plan.name
                if let same = before[name], same.order == order {
                    before[name] = nil
                    return same
                }
                if let old = before.removeValue(forKey: name) {
                    state.leaving[name] = leaving(old)
                }
                return KeptOutput(
                    order, ledger, after: state.leaving[name], now: now, logger: logger)
            }
            for (name, old) in before { state.leaving[name] = leaving(old) }
        }
    }

    /// The end of an output, whose position is on the disk then.
    private func leaving(_ output: KeptOutput) -> Task<Bool, Never> {
        output.end()
        return Task { [logger] in
            let (hasEnded, failure) = await output.stop(within: Self.patience)
            if let failure {
                logger.warning(
                    "output was not closed well",
                    metadata: [
                        "output": "\(output.engine.name)", "cause": "\(failure.message)",
                    ])
            }
            return hasEnded
        }
    }

    /// How each of them stands, in the configuration's order.
    var standings: [OutputStanding] { outputs.map(\.engine.standing) }

    /// The first record that some output has not delivered: nothing from here on may be put away. Nil without outputs.
    var firstUndelivered: UInt64? { standings.map(\.next).min() }

    /// Delivers from an index on once more.
    ///
    /// - Returns: nil where no output has this name; false where it is not that far.
    func replay(_ name: String, from index: UInt64) -> Bool? {
        guard let output = outputs.first(where: { $0.engine.name == name }) else { return nil }
        guard output.engine.replay(from: index) else { return false }
        output.wake()
        return true
    }

    /// An operator says that something outside has changed.
    func reopen() {
        for output in outputs {
            output.engine.reopen()
            output.wake()
        }
    }

    /// Ends each after the batch in progress.
    func stop() async {
        looking.withLock { $0?.cancel() }
        let ends = state.withLock { state in
            for output in state.outputs { state.leaving[output.engine.name] = leaving(output) }
            return state.leaving.values.map { $0 }
        }
        _ = await YieldingThread.ending(within: YieldingThread.patience) { ended in
            Task {
                for end in ends { _ = await end.value }
                ended.tell(true)
            }
        }
    }
}

extension Ledger {
    /// Records what an output leaves out; true once that is durable. Blocks.
    fileprivate func recordAndWait(_ facts: OutputFacts) -> Bool {
        let (uid, now) = newRecord()
        return recordAndWait(SystemRecord.output(facts, uid: uid, time: now))
    }

    /// Records that an output shows personal values from its position on; true once that is durable, or where it shows
    /// none. Blocks.
    fileprivate func recordOpening(_ order: OutputOrder) -> Bool {
        guard !order.plan.disclosed.isEmpty else { return true }
        let (plan, receiver) = (order.plan, order.receiver)
        let groups = plan.disclosed.map(\.rawValue).sorted().joined(separator: ", ")
        let known = Result { () throws(OutputFailure) in try plan.position.read() }
        let first =
            if case .success(let position?) = known { position.next.value } else { 0 as UInt64 }
        return recordAndWait(
            reading(
                .query,
                QueryFacts(
                    hash: plan.query.hash, rows: nil, range: "\(first)..",
                    purpose: "output \(plan.name) to \(receiver.target) opens \(groups)"),
                by: .system
            ).record)
    }

    private func recordAndWait(_ record: SystemRecord) -> Bool {
        let outcome = Result { () throws(AppendRefusal) in
            try appendAndWait(record.draft(producer: producer), tally: .uncounted)
        }
        return if case .success(.recorded) = outcome { true } else { false }
    }
}

/// One output and its thread.
private final class KeptOutput: Sendable {
    let order: OutputOrder
    let engine: OutputEngine
    private let predecessor: Task<Bool, Never>?
    /// Whether nobody else has its position any more.
    private let isFree: Atomic<Bool>
    private let feed: LogFeed
    private let erasure: @Sendable () -> PrivacyStanding.Erasure?
    private let now: @Sendable () -> UTCInstant
    private let logger: Logger
    private let thread = YieldingThread(named: "output")
    private let began = ContinuousClock.now
    /// Whether the thread works, so that no further turn is asked of it.
    private let isBusy = Atomic(false)
    private let isOver = Atomic(false)
    /// Records that values are shown, where that is so.
    private let recordOpening: @Sendable () -> Bool
    private let isOpeningRecorded = Atomic(false)

    /// - Parameter predecessor: the end of another one that has the same position.
    init(
        _ order: OutputOrder, _ ledger: Ledger, after predecessor: Task<Bool, Never>?,
        now: @escaping @Sendable () -> UTCInstant, logger: Logger
    ) {
        self.order = order
        self.predecessor = predecessor
        self.now = now
        self.logger = logger
        engine = order.engine(now: now) { ledger.recordAndWait($0) }
        feed = ledger.feed
        erasure = { ledger.privacyStanding.newestErasure }
        recordOpening = { ledger.recordOpening(order) }
        isFree = Atomic(predecessor == nil)
        guard let predecessor else { return }
        Task {
            guard await predecessor.value else { return }
            isFree.store(true, ordering: .releasing)
            wake()
        }
    }

    func wake() {
        guard isFree.load(ordering: .acquiring) else { return }
        guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else { return }
        thread.submit { [self] state in
            defer { isBusy.store(false, ordering: .releasing) }
            guard state == .active else { return }
            work()
        }
    }

    private func work() {
        if !isOpeningRecorded.load(ordering: .relaxed) {
            // Nothing is shown before the log says so; a log that takes no record takes one later.
            guard recordOpening() else { return }
            isOpeningRecorded.store(true, ordering: .relaxed)
        }
        while !isOver.load(ordering: .relaxed) {
            let turn = engine.turn(
                OutputEngine.Moment(
                    uptime: ContinuousClock.now - began, now: now(), logSize: feed.size.count,
                    erasure: erasure(), random: Double.random(in: 0..<1)))
            for news in turn.news { tell(news) }
            guard turn.hasMore else { return }
        }
    }

    func end() { isOver.store(true, ordering: .relaxed) }

    /// - Returns: whether nothing of it runs any more, and what went wrong with its end.
    func stop(within patience: Duration) async -> (hasEnded: Bool, failure: OutputFailure?) {
        let isFree = await predecessor?.value ?? true
        let hasEnded = await thread.stop(within: patience)
        return (isFree && hasEnded, isFree && hasEnded ? engine.close() : nil)
    }

    private func tell(_ news: OutputNews) {
        let line = news.line
        var fields = line.fields.mapValues { Logger.MetadataValue.string($0) }
        fields["output"] = "\(engine.name)"
        logger.log(level: line.level, "\(line.text)", metadata: fields)
    }
}
