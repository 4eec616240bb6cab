// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle
import Query
import Search

/// Goes through the log from an index on and writes what a reader asked for as events; blocks while it reads.
///
/// It keeps no records: a page is read from the log, written, and forgotten, however far behind its reader is. An event's
/// id is the record's index, so that the last id a client saw is the place to go on from, whenever that was.
struct TailReader {
    /// What the reader asked for.
    let query: RecordQuery
    /// Groups whose values are sent along.
    let disclosed: Set<CommitGroup>
    /// Whether values are opened to decide what is asked for.
    private let isOpening: Bool
    /// Whose own records of following the log are left out, so that coming again is no news; nil: nobody's.
    private let reader: String?
    private var log: ReadLog
    private var authentic: AuthenticLeaves
    /// Leaves until what was learnt of the tree is forgotten, so that it does not grow with the way.
    private var untilForgetting = Self.leavesRemembered
    private var values: ValueReader
    /// The newest erasure that was known when the log was read, by which values are opened.
    private(set) var erasure: PrivacyStanding.Erasure?
    private var sampling: TailSampling

    /// Where it began.
    let start: UInt64
    /// The next index to be looked at.
    private(set) var position: UInt64
    /// Records that were sent.
    private(set) var sent: UInt64 = 0
    /// Records of which nobody can say whether they are asked for, as what that depends on is sealed or erased.
    private(set) var undecided: UInt64 = 0

    /// Records that are looked at for one page at most, and bytes that end one.
    private static let mostLeaves: UInt64 = 512
    private static let enoughBytes = 256 << 10
    private static let leavesRemembered: UInt64 = 1 << 14

    init(
        _ query: RecordQuery, disclosed: Set<CommitGroup>, isOpening: Bool, reader: String,
        mostPerSecond: Int?, in log: ReadLog, after erasure: PrivacyStanding.Erasure?,
        from position: UInt64
    ) {
        self.erasure = erasure
        self.query = query
        self.disclosed = disclosed
        self.isOpening = isOpening
        let namesAction = query.expression.terms.contains { $0.field == .named(.action) }
        self.reader = namesAction ? nil : reader
        start = position
        self.position = position
        sampling = TailSampling(mostPerSecond: mostPerSecond)
        self.log = log
        authentic = log.authentic
        values =
            isOpening ? ValueReader(opening: log.snapshot) : ValueReader(sealing: log.snapshot)
    }

    /// Records that are there and were not looked at.
    var isBehind: Bool { position < log.size }

    /// The signed size of the log that it reads.
    var size: UInt64 { log.size }

    /// Goes on with the log as it stands now; one that it has seen more of is left.
    mutating func take(_ log: ReadLog) {
        guard log.size > self.log.size else { return }
        read(log)
    }

    /// Forgets keys that may have been destroyed meanwhile, wherever they came from: what an earlier reading of the log
    /// found in its journal is there still, however long a slow reader takes with it.
    ///
    /// - Parameter log: read after the erasure was known.
    mutating func take(_ log: ReadLog, after erasure: PrivacyStanding.Erasure?) {
        self.erasure = erasure
        read(log)
    }

    private mutating func read(_ log: ReadLog) {
        self.log = log
        authentic = log.authentic
        values =
            isOpening ? ValueReader(opening: log.snapshot) : ValueReader(sealing: log.snapshot)
    }

    /// Looks at the next records, and writes what is to be sent of them.
    ///
    /// - Parameter uptime: for the rate; never falling.
    mutating func page(
        at uptime: Duration, into text: inout EventStreamText
    ) throws(LogReadFailure) {
        let end = min(position + Self.mostLeaves, log.size)
        guard position < end else { return }
        var leaves: [(LeafIndex, [UInt8])] = []
        if untilForgetting < Self.mostLeaves {
            authentic = log.authentic
            untilForgetting = Self.leavesRemembered
        }
        untilForgetting -= end - position
        try log.snapshot.forEachLeaf(in: position..<end) { leaves.append(($0, $1)) }
        for (index, leaf) in leaves {
            try take(leaf, at: index, uptime, &text)
            position = index.value + 1
            if text.bytes.count >= Self.enoughBytes { return }
        }
    }

    /// Tells what was left out, if a second is over in which something was.
    mutating func tellSkipped(at uptime: Duration?, into text: inout EventStreamText) {
        guard uptime.map(sampling.isDue) ?? true, let skipped = sampling.takeSkipped() else {
            return
        }
        append(skipped, to: &text)
    }

    /// Where a client goes on that has to come again now; nil before there is any record, or while something is left out
    /// that it was not told of.
    var resumption: UInt64? {
        sampling.skipped == nil && position > 0 ? position - 1 : nil
    }

    private mutating func take(
        _ leaf: [UInt8], at index: LeafIndex, _ uptime: Duration, _ text: inout EventStreamText
    ) throws(LogReadFailure) {
        guard try authentic.contain(leaf, at: index) else {
            // Nothing is shown of what is not what was signed; that it is there, everybody is told.
            text.append(
                event: "changed", id: index.value,
                json: .object([JSONMember("index", .whole(index.value))]))
            return
        }
        let record: Record
        do throws(RecordFault) {
            record = try Record(leaf: leaf)
        } catch {
            // Of a later version, or of other software: nobody can say that it is not asked for.
            return send(leaf, nil, at: index, uptime, &text)
        }
        if let reader, record.action == EventAction.logTail.rawValue, record.actor == reader {
            return
        }
        var verdict = query.expression.verdict(on: QueriedAccess(record))
        let isNeeded = verdict == .undecided || verdict == .hit && !disclosed.isEmpty
        var groups: [CommitGroup: OpenedGroup] = [:]
        if isOpening, isNeeded {
            groups = try values.groups(of: record, at: index)
            verdict = query.expression.verdict(
                on: QueriedAccess(record, groups.mapValues { QueriedGroup($0) }))
        }
        switch verdict {
        case .miss: return
        case .undecided: undecided += 1
        case .hit:
            let shown = disclosed.isEmpty ? nil : self.shown(record, groups)
            send(leaf, shown, at: index, uptime, &text)
        }
    }

    private mutating func send(
        _ leaf: [UInt8], _ values: JSONValue?, at index: LeafIndex, _ uptime: Duration,
        _ text: inout EventStreamText
    ) {
        switch sampling.take(index.value, at: uptime) {
        case .skip: return
        case .send(let skipped):
            if let skipped { append(skipped, to: &text) }
        }
        // Without an id: whoever has to come again in between gets both once more.
        if let values { text.append(event: "values", id: nil, json: values) }
        text.append(event: nil, id: index.value, data: leaf)
        sent += 1
    }

    private func append(_ skipped: TailSampling.Skipped, to text: inout EventStreamText) {
        text.append(
            event: "skipped", id: skipped.last,
            json: .object([
                JSONMember("count", .whole(skipped.count)),
                JSONMember("first", .whole(skipped.first)),
                JSONMember("last", .whole(skipped.last)),
            ]))
    }

    /// What is shown of a record's personal values.
    private func shown(
        _ record: Record, _ groups: [CommitGroup: OpenedGroup]
    ) -> JSONValue {
        var states: [JSONMember] = []
        var opened: [JSONMember] = []
        for group in record.commitments.keys {
            guard disclosed.contains(group) else {
                states.append(JSONMember(group.rawValue, .string("withheld")))
                continue
            }
            switch groups[group] {
            case .opened(let value):
                opened += value.members ?? []
                states.append(JSONMember(group.rawValue, .string("opened")))
            case .erased: states.append(JSONMember(group.rawValue, .string("erased")))
            case .unreadable, nil:
                states.append(JSONMember(group.rawValue, .string("unreadable")))
            }
        }
        return .object([
            JSONMember("groups", .object(states)),
            JSONMember("index", .whole(record.index?.value ?? 0)),
            JSONMember("values", .object(opened)),
        ])
    }
}
