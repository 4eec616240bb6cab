// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogFormat

/// Seals what a group's records name for the first time in their segment, and adds the keys needed.
///
/// Once a segment, so that segments are self-contained: archive and erasure work in units of segments.
struct GroupSealing: ~Copyable {
    /// What was appended to the frame, in this order.
    struct Sealed {
        var disclosuresLength = 0
        var subjectsLength = 0
        var periodsLength = 0
        var disclosed: [Disclosure] = []
        var newSubjects: [SubjectKey] = []
        var newPeriod: PeriodKey?
    }

    private var sealer: Sealer
    private var randomness: BufferedRandomness
    private var periods: [Period: PeriodKey]
    /// Subjects whose slot is durable, or in a group on its way to the disk, which later groups
    /// follow.
    private var savedSubjects: Set<SubjectID>

    /// - Parameters:
    ///   - periods: period keys that are already durable.
    ///   - savedSubjects: subjects that already have a durable slot.
    ///   - start: when this writer started.
    init(
        periods: [PeriodKey], savedSubjects: Set<SubjectID>, start: UTCInstant,
        randomness: consuming BufferedRandomness
    ) {
        sealer = Sealer(start: start, randomness: &randomness)
        self.randomness = randomness
        self.periods = Dictionary(
            periods.map { ($0.period, $0) }, uniquingKeysWith: { first, _ in first })
        self.savedSubjects = savedSubjects
    }

    var sealedUnder: (subjects: Set<SubjectID>, periods: Set<Period>) {
        (savedSubjects, Set(periods.keys))
    }

    /// A subject keeps its slot, which is a tombstone: `ErasedStaysErased`. A record that was drafted before, and is
    /// sealed after, goes under a key that is nowhere but in memory.
    mutating func forget(_ subjects: Set<SubjectID>, _ periods: Set<Period>) {
        for id in subjects { sealer.forget(id) }
        for period in periods {
            self.periods[period] = nil
            sealer.forget(period)
        }
    }

    /// Appends disclosure blocks, then the slots of new subjects, then that of a new period.
    mutating func seal(
        _ records: ArraySlice<PendingRecord>, segment: SegmentNumber, at time: UTCInstant,
        into frame: inout [UInt8]
    ) -> Sealed {
        var disclosed: [Disclosure] = []
        func note(_ disclosure: Disclosure?) {
            // Named twice in this group, sealed once: the first one marks it.
            guard let disclosure, unsafe disclosure.sealedInSegment != segment else { return }
            // Safe: this is the writer's thread, the marker's owner.
            unsafe disclosure.sealedInSegment = segment
            disclosed.append(disclosure)
        }
        // One member after the other, in the order of their names: the commitments as a whole would
        // be copied, and everything that they hold retained.
        let waiting = records.span
        for place in waiting.indices {
            note(waiting[place].draft.commitments.payload)
            note(waiting[place].draft.commitments.what)
            note(waiting[place].draft.commitments.where)
            note(waiting[place].draft.commitments.who)
        }
        var sealed = Sealed()
        sealed.disclosed = disclosed
        guard !disclosed.isEmpty else { return sealed }

        let period = Period(of: time)
        let key: PeriodKey
        if let known = periods[period] {
            key = known
        } else {
            key = PeriodKey(period: period, randomness: &randomness)
            periods[period] = key
            sealed.newPeriod = key
        }
        let start = frame.count
        do throws(SealingFault) {
            try sealer.seal(disclosed, period: key, into: &frame)
        } catch {
            preconditionFailure("DisclosuresAreSealed: the library does not seal (\(error))")
        }
        sealed.disclosuresLength = frame.count - start
        var last: SubjectID?
        for disclosure in disclosed {
            let subject = disclosure.subject
            guard subject.id != last else { continue }
            last = subject.id
            guard savedSubjects.insert(subject.id).inserted else { continue }
            sealed.newSubjects.append(subject)
            frame.append(contentsOf: SubjectSlot(subject, created: time).bytes)
        }
        sealed.subjectsLength = frame.count - start - sealed.disclosuresLength
        if let period = sealed.newPeriod {
            frame.append(contentsOf: PeriodSlot(period, created: time).bytes)
            sealed.periodsLength = KeySlot.byteCount
        }
        return sealed
    }

    /// Nothing of the group was written: what it sealed must be sealed again by the next that names
    /// it. A period key lost with it is made anew, so nothing more may be sealed with what was
    /// derived from the lost one.
    mutating func takeBack(_ group: PreparedGroup) {
        for subject in group.newSubjects { savedSubjects.remove(subject.id) }
        if let period = group.newPeriod {
            periods[period.period] = nil
            sealer.forget(period.period)
        }
        // Safe: this is the writer's turn, the marker's owner.
        for disclosure in group.disclosed { unsafe disclosure.sealedInSegment = nil }
    }
}
