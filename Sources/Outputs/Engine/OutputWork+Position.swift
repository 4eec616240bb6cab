// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogReading
internal import Merkle

// Where the output is, on the disk and in memory.
extension OutputWork {
    /// Reads the position, or makes the first.
    mutating func begin(_ log: LogSnapshot) throws(OutputFailure) -> OutputPosition {
        if let position { return position }
        var found = try plan.position.read()
        if let found { try check(found, log) }
        if found == nil {
            let first = plan.start == .beginning ? 0 : log.size.count
            let fresh = OutputPosition(
                origin: plan.origin, next: LeafIndex(first), leaf: try log.hash(before: first))
            try plan.position.write(fresh)
            found = fresh
        }
        guard let found else { preconditionFailure("DeliveredBeforeForgotten: no position") }
        position = found
        next = found.next
        standing.next = found.next.value
        standing.again = found.again?.value
        news.append(.began(at: found.next.value))
        return found
    }

    func check(_ position: OutputPosition, _ log: LogSnapshot) throws(OutputFailure) {
        let remedy =
            "`countersign output replay \(plan.name) --from INDEX` says where this log is to be delivered from"
        guard position.origin == plan.origin else {
            throw OutputFailure(
                .position, "\(plan.position.path) is of the log \(position.origin); \(remedy).")
        }
        let next = position.next.value
        guard next <= log.sizeWithDoubtful.count else {
            throw OutputFailure(
                .position,
                "\(plan.position.path) says that \(next) records were delivered, but the log has \(log.size.count): it is another one, or an older copy; \(remedy)."
            )
        }
        guard next <= log.size.count, let leaf = position.leaf,
            let found = try log.hash(before: next), found != leaf
        else { return }
        throw OutputFailure(
            .position,
            "\(plan.position.path) is of another log: its record \(next - 1) is another one; \(remedy)."
        )
    }

    mutating func goBack(
        to index: UInt64, _ moment: OutputEngine.Moment
    ) throws(OutputFailure) {
        let log = try freshSnapshot()
        guard index <= log.size.count else { throw .beyond(index, log) }
        sender.close()
        let again = max(position?.again ?? LeafIndex(0), position?.next ?? LeafIndex(0))
        let fresh = OutputPosition(
            origin: plan.origin, next: LeafIndex(index), leaf: try log.hash(before: index),
            again: again.value > index ? again : nil)
        try plan.position.write(fresh)
        position = fresh
        next = fresh.next
        sentEnd = LeafIndex(0)
        reader = nil
        standing.next = index
        standing.again = fresh.again?.value
    }

    /// Everything before an index is settled.
    mutating func advance(to index: LeafIndex, leaf: LeafHash?) {
        guard var position, index > position.next else { return }
        position.next = index
        position.leaf = leaf
        if let again = position.again, again <= index { position.again = nil }
        self.position = position
        standing.next = index.value
        standing.again = position.again?.value
        pace.isUnsaved = true
    }

    /// Puts the position on the disk, once a second at most: after a crash no more than that is delivered twice.
    mutating func save(
        _ moment: OutputEngine.Moment, log: LogSnapshot?
    ) throws(OutputFailure) {
        guard pace.isUnsaved, var position, pace.isSavingDue(moment.uptime) else { return }
        if position.leaf == nil, let log, position.next.value <= log.size.count {
            position.leaf = try log.hash(before: position.next.value)
        }
        try plan.position.write(position)
        pace.saved(moment.uptime)
    }

    mutating func close() -> OutputFailure? {
        sender.close()
        guard pace.isUnsaved, let position else { return nil }
        do throws(OutputFailure) {
            try plan.position.write(position)
            return nil
        } catch {
            return error
        }
    }

    /// Leaves out what is older than the output may lag behind, or was put away.
    mutating func leaveOut(
        _ log: LogSnapshot, _ moment: OutputEngine.Moment
    ) throws(OutputFailure) {
        guard let position, position.next.value < log.size.count else { return }
        let gap: (end: UInt64, cause: OutputFacts.GapCause)?
        let times = OutputTimes(log)
        if let end = try times.endOfAway(from: position.next.value) {
            gap = (end, .notHere)
        } else if let mostLag = plan.mostLag, position.again == nil {
            let oldest = moment.now - mostLag
            let end = try times.first(notBefore: oldest, from: position.next.value)
            gap = end > position.next.value ? (end, .mostLag) : nil
        } else {
            gap = nil
        }
        guard let (end, cause) = gap else { return }
        let range = position.next.value...end - 1
        guard record(OutputFacts(output: plan.name, .gap(range, cause))) else {
            throw OutputFailure(
                .unrecorded,
                "Records \(range.lowerBound) to \(range.upperBound) are to be left out, and the log takes no record of that now."
            )
        }
        standing.leftOut += UInt64(range.count)
        news.append(.leftOut(range))
        advance(to: LeafIndex(end), leaf: nil)
        if next.value < end { next = LeafIndex(end) }
    }

    /// Tells what has become of the lag, and of records that were refused.
    mutating func look(at moment: OutputEngine.Moment) {
        if standing.next >= standing.logSize {
            pace.oldest = nil
            standing.lag = .zero
        } else if pace.isLookDue(moment.uptime) {
            let index = standing.next
            if pace.oldest?.index != index, let snapshot, index < snapshot.size.count {
                pace.oldest = OutputTimes(snapshot).time(at: index).map { (index, $0) }
            }
            standing.lag = pace.oldest.map { max(.zero, moment.now - $0.time) } ?? .zero
        }
        news += pace.news(standing, moment.uptime)
    }
}
