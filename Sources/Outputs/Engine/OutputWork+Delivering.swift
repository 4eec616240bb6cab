// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogReading
internal import Merkle

// How a batch gets to the receiver.
extension OutputWork {
    /// Whether something was sent that does not count as delivered yet.
    var isUnderWay: Bool { position.map { sentEnd > $0.next } ?? false }

    mutating func freshSnapshot() throws(OutputFailure) -> LogSnapshot {
        do throws(LogReadFailure) {
            let fresh = try LogSnapshot(directory: plan.directory)
            snapshot = fresh
            reader = nil
            return fresh
        } catch {
            throw OutputFailure(.log, error.message)
        }
    }

    /// - Returns: whether there is more.
    mutating func deliver(
        _ moment: OutputEngine.Moment
    ) throws(OutputFailure) -> Bool {
        if erasure != moment.erasure {
            // A snapshot has what the journal had, keys included, however long a receiver is away.
            (snapshot, reader, erasure) = (nil, nil, moment.erasure)
        }
        var log = snapshot
        if position == nil || log == nil || next.value >= log?.size.count ?? 0 {
            guard position == nil || next.value < moment.logSize else {
                return try idle(moment)
            }
            log = try freshSnapshot()
        }
        guard let log else { return false }
        standing.logSize = max(standing.logSize, log.size.count)
        _ = try begin(log)
        try confirm(moment)
        try leaveOut(log, moment)
        guard next.value < log.size.count else { return try idle(moment) }
        try sender.open(
            OutputBeginning(output: plan.name, origin: plan.origin, first: next))
        let batch = try batch(log, moment)
        try hand(over: batch, moment)
        try save(moment, log: log)
        return next.value < log.size.count || next.value < moment.logSize
    }

    mutating func idle(_ moment: OutputEngine.Moment) throws(OutputFailure) -> Bool {
        try confirm(moment)
        try save(moment, log: snapshot)
        return false
    }

    /// Takes note of what counts as delivered by now.
    mutating func confirm(_ moment: OutputEngine.Moment) throws(OutputFailure) {
        let index: LeafIndex?
        do throws(OutputFailure) {
            index = try sender.delivered(at: moment.uptime)
        } catch {
            // A receiver may end a connection that carries nothing; the next record makes another.
            guard error.code == .disconnected, let position, next == position.next else {
                throw error
            }
            sender.close()
            index = nil
        }
        guard let index else { return }
        guard let position, index > position.next else { return }
        // What was passed over behind the last record that was sent has nothing to wait for.
        advance(to: index >= sentEnd ? next : index, leaf: nil)
        succeed(moment)
    }

    mutating func batch(
        _ log: LogSnapshot, _ moment: OutputEngine.Moment
    ) throws(OutputFailure) -> OutputBatch {
        var reader =
            self.reader
            ?? OutputReader(
                log, for: plan.name, plan.query, disclosing: plan.disclosed)
        self.reader = nil
        let batch = try reader.batch(from: next)
        self.reader = reader
        return batch
    }

    /// Sends a batch; what the receiver refuses is found by halving, recorded, and left out.
    mutating func hand(
        over batch: OutputBatch, _ moment: OutputEngine.Moment
    ) throws(OutputFailure) {
        var rest = batch.records[...]
        if let unreadable = batch.unreadable { try reject(next, nil, unreadable, among: []) }
        var search = RefusalSearch()
        while !rest.isEmpty {
            let part = rest.prefix(search.width(at: rest[rest.startIndex].index))
            let answer = sender.send(part, at: moment.uptime)
            if answer.settled > 0 {
                sentEnd = LeafIndex(part[part.startIndex + answer.settled - 1].index.value + 1)
            }
            let isWhole = if case .done = answer.end { true } else { false }
            precondition(
                isWhole ? answer.settled == part.count : answer.settled <= part.count,
                "DeliveredBeforeForgotten: a sender settles what it was given, and no more")
            standing.bytes += answer.bytes
            standing.batches += 1
            for (place, refusal) in answer.refused {
                let refused = part[part.startIndex + place]
                try reject(refused.index, refused.record, refusal, among: part)
                settle(before: LeafIndex(refused.index.value + 1), batch)
            }
            let left = answer.refused.reduce(0) { $0 + $1.refusal.count }
            let taken = UInt64(answer.settled) - min(UInt64(answer.settled), left)
            rest = rest.dropFirst(answer.settled)
            if answer.settled > 0 { settle(before: rest.first?.index ?? batch.end, batch) }
            if taken > 0 {
                standing.records += taken
                refusedInRow = 0
                // A connection that takes bytes and ends has not delivered anything.
                if !sender.confirmsLater { succeed(moment) }
            }
            try checkRefusals()
            switch answer.end {
            case .done: continue
            case .failed(let failure): throw failure
            case .refused(let refusal):
                let left = part.dropFirst(answer.settled)
                guard left.count == 1, let refused = left.first else {
                    search.refused(left)
                    continue
                }
                try reject(refused.index, refused.record, refusal, among: left)
                rest = rest.dropFirst()
                settle(before: rest.first?.index ?? batch.end, batch)
                search = RefusalSearch()
                try checkRefusals()
            }
        }
        settle(before: batch.end, batch)
        // Nothing waits any more, whether it was taken or refused. Only what is taken ends a row of failures.
        if !isUnderWay {
            standing.state = .delivering
            pace.retry = nil
        }
    }

    /// Leaves a receiver alone that refuses whatever it is given.
    mutating func checkRefusals() throws(OutputFailure) {
        guard refusedInRow >= OutputPlan.mostRefused else { return }
        refusedInRow = 0
        throw OutputFailure(
            .refusesAll,
            "The receiver has refused \(OutputPlan.mostRefused) records one after the other; see its answer in the `output.reject` records, and mend the receiver or the output."
        )
    }

    /// The records before an index have been handed over, or named as left out.
    mutating func settle(before index: LeafIndex, _ batch: OutputBatch) {
        guard index > next else { return }
        next = index
        // Where the receiver does not answer, the sender says when they count, if there was anything to send.
        guard !sender.confirmsLater || !isUnderWay else { return }
        advance(to: index, leaf: batch.hash(before: index))
    }

    /// Has the log say what the receiver does not take; nothing is settled before that is durable.
    ///
    /// - Parameter sent: the records that were sent with it.
    mutating func reject(
        _ index: LeafIndex, _ refused: Record?, _ refusal: OutputRefusal,
        among sent: ArraySlice<OutputRecord>
    ) throws(OutputFailure) {
        refusedInRow += 1
        let reason = plan.disclosed.isEmpty ? refusal.reason : "withheld: values are disclosed"
        let loss: OutputFacts.Loss
        if let range = refusal.among {
            let records = sent.filter { range.contains($0.index.value) }.map(\.record)
            let actions = Set(records.map(\.action))
            loss = .rejectedAmong(
                range, count: refusal.count,
                action: actions.count == 1 ? actions.first ?? nil : nil,
                depth: (records.map(\.refusalDepth).min() ?? 0) + 1, status: refusal.status,
                reason: reason)
        } else {
            loss = .rejected(
                index: index.value, uid: refused?.uid?.text, action: refused?.action,
                depth: (refused?.refusalDepth ?? 0) + 1, status: refusal.status, reason: reason)
        }
        guard record(OutputFacts(output: plan.name, loss)) else {
            throw OutputFailure(
                .unrecorded,
                "Record \(index.value) is refused by the receiver, and the log takes no record of that now."
            )
        }
        standing.rejected += refusal.count
        if refusal.isTooOld { standing.tooOld += 1 }
        pace.rejected(refusal)
    }
}

/// Looks for the record that a receiver refuses, by halves.
struct RefusalSearch {
    /// Behind the last of the records among which it is.
    private var end: LeafIndex?
    private var most = Int.max

    /// How many records to send next.
    mutating func width(at next: LeafIndex) -> Int {
        if let end, next >= end { self = RefusalSearch() }
        return most
    }

    /// These were refused together.
    mutating func refused(_ records: ArraySlice<OutputRecord>) {
        end = records.last.map { LeafIndex($0.index.value + 1) }
        most = max(1, records.count / 2)
    }
}
