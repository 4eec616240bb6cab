// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import LogFormat

/// The groups whose syncs have not returned, and those that wait for them: decides who is notified,
/// and when.
///
/// It is told what happened and answers what to do, in the order of the groups: a sync that returns
/// before that of an earlier group acknowledges nobody.
///
/// ## Invariants
/// - `DurableBeforeAcknowledged`: no group is ``Landing/durable(_:_:)`` before its sync, and those of all before it.
/// - `PoisonedStaysPoisoned`: after ``stop()`` nothing more lands.
struct GroupsUnderWay {
    /// What became of the oldest group.
    enum Landing {
        /// Mark it as durable, notify the waiting exchanges, then have it applied to its files.
        case durable(PreparedGroup, CommitJournal.Place)
        /// Tell them that it is not; the log goes on.
        case rejected(PreparedGroup, GroupRejected)
    }

    private enum Fate {
        case syncing(CommitJournal.Place)
        case synced(CommitJournal.Place)
        case rejected(GroupRejected)
    }

    /// Oldest first.
    private var groups: [(group: PreparedGroup, fate: Fate)] = []
    private(set) var isStopped = false

    /// How many groups somebody waits to hear of.
    var count: Int { groups.count }

    /// A frame was written, and its sync begins.
    ///
    /// - Precondition: `TwoGroupsAtMost`: each is in a journal file of its own.
    mutating func depart(_ group: PreparedGroup, from place: CommitJournal.Place) {
        let syncing = groups.count {
            if case .rejected = $0.fate { false } else { true }
        }
        precondition(
            syncing < CommitFrame.mostUnderWay && !isStopped,
            "TwoGroupsAtMost: a group departs while two are under way, or the log has stopped")
        groups.append((group, .syncing(place)))
    }

    /// Nothing of a group is on the disk. It is reported in its turn: the fates of sequence numbers
    /// become known in order.
    mutating func reject(_ group: PreparedGroup, _ cause: GroupRejected) {
        groups.append((group, .rejected(cause)))
    }

    /// The sync of a frame has returned.
    mutating func synced(_ number: UInt64) {
        for place in groups.indices where groups[place].group.header.number == number {
            if case .syncing(let at) = groups[place].fate { groups[place].fate = .synced(at) }
        }
    }

    /// The oldest group, once its fate is known.
    mutating func next() -> Landing? {
        guard !isStopped, let (group, fate) = groups.first else { return nil }
        switch fate {
        case .syncing: return nil
        case .synced(let place):
            groups.removeFirst()
            return .durable(group, place)
        case .rejected(let cause):
            groups.removeFirst()
            return .rejected(group, cause)
        }
    }

    /// What is on the disk is in doubt.
    ///
    /// - Returns: all groups that somebody waits to hear of, oldest first.
    mutating func stop() -> [PreparedGroup] {
        isStopped = true
        defer { groups = [] }
        return groups.map(\.group)
    }
}
