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
    private let outputs: [KeptOutput]
    private let logger: Logger
    private let looking = Mutex<RepeatedTask?>(nil)

    /// Begins; nothing is read or connected before this returns.
    init(
        _ orders: [OutputOrder], _ ledger: Ledger, now: @escaping @Sendable () -> UTCInstant,
        logger: Logger
    ) {
        self.logger = logger
        outputs = orders.map { order in
            let engine = order.engine(now: now) { ledger.recordAndWait($0) }
            return KeptOutput(engine, ledger.feed, now: now, logger: logger) {
                ledger.recordOpening(order)
            }
        }
        guard !outputs.isEmpty else { return }
        let outputs = outputs
        let task = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
            initialDelay: .zero, delay: .seconds(1)
        ) { _ in
            for output in outputs { output.wake() }
        }
        looking.withLock { $0 = task }
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
        for output in outputs { output.end() }
        await withTaskGroup(of: Void.self) { stopping in
            for output in outputs {
                stopping.addTask { [logger] in
                    guard let failure = await output.stop() else { return }
                    logger.warning(
                        "output was not closed well",
                        metadata: [
                            "output": "\(output.engine.name)", "cause": "\(failure.message)",
                        ])
                }
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
                by: .system))
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
    let engine: OutputEngine
    private let feed: LogFeed
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

    init(
        _ engine: OutputEngine, _ feed: LogFeed, now: @escaping @Sendable () -> UTCInstant,
        logger: Logger, recordOpening: @escaping @Sendable () -> Bool
    ) {
        self.recordOpening = recordOpening
        self.engine = engine
        self.feed = feed
        self.now = now
        self.logger = logger
    }

    func wake() {
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
                    random: Double.random(in: 0..<1)))
            for news in turn.news { tell(news) }
            guard turn.hasMore else { return }
        }
    }

    func end() { isOver.store(true, ordering: .relaxed) }

    func stop() async -> OutputFailure? { await thread.stop() ? engine.close() : nil }

    private func tell(_ news: OutputNews) {
        let line = news.line
        var fields = line.fields.mapValues { Logger.MetadataValue.string($0) }
        fields["output"] = "\(engine.name)"
        logger.log(level: line.level, "\(line.text)", metadata: fields)
    }
}
