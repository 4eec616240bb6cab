// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Disclosures
internal import LogFormat

/// Destroys keys where they lie: in the key files, and in the commit journal, which holds the slots of new ones.
///
/// Done after everything in the commit journal was applied, synced and published, while no group is on its way: then
/// nothing in it is needed, and it may be overwritten in any order.
///
/// ```text
/// erased.slots     tombstones, synced     D0   from here on an older copy of the log is pruned, too
/// commit journal   zeros, synced          D1   from here on nothing puts a slot back
/// key files        tombstones, synced     D2
/// ```
struct KeyDestruction {
    let storage: any LedgerStorage

    /// A slot that is to be overwritten.
    struct Slot {
        var offset: Int
        var tombstone: [UInt8]
        /// Whether it holds anything else now.
        var isDue: Bool
        /// Whether it can be read at all: not after a write that was cut short.
        var isSound: Bool
    }

    /// The slots of some keys, in the order of the file.
    func slots<Key: ErasableKey>(
        of ids: Set<Key.ID>, in file: LogFile, as: Key.Type
    ) throws(StorageFault) -> [Slot] {
        guard !ids.isEmpty else { return [] }
        let bytes = try storage.contents(of: file)
        var slots: [Slot] = []
        for offset in stride(from: 0, to: bytes.count, by: KeySlot.byteCount) {
            let slot = bytes[offset...].prefix(KeySlot.byteCount)
            guard let owner = KeySlot.owner(of: slot, magic: Key.magic),
                let id = Key.id(of: owner.id), ids.contains(id)
            else { continue }
            let tombstone = ErasableKeySlot<Key>(destroyed: id, created: owner.created).bytes
            let read = Result { () throws(KeySlot.Fault) in try ErasableKeySlot<Key>(slot) }
            let isSound = if case .success = read { true } else { false }
            slots.append(
                Slot(
                    offset: offset, tombstone: tombstone,
                    isDue: !slot.elementsEqual(tombstone), isSound: isSound))
        }
        return slots
    }

    /// Those of some keys that are there.
    func live<Key: ErasableKey>(
        _ ids: Set<Key.ID>, in file: LogFile, as: Key.Type
    ) throws(StorageFault) -> Set<Key.ID> {
        var found: Set<Key.ID> = []
        for id in ids where try slots(of: [id], in: file, as: Key.self).contains(where: \.isDue) {
            found.insert(id)
        }
        return found
    }

    /// Overwrites slots; those that look done may be so in the kernel only, and are written again.
    func overwrite(_ slots: [Slot], in file: LogFile) throws(StorageFault) {
        guard !slots.isEmpty else { return }
        for slot in slots {
            try storage.write(slot.tombstone[...], to: file, at: slot.offset)
        }
        try storage.sync(file)
    }

    /// Overwrites the commit journal, including what was left over in it.
    func wipeJournal() throws(StorageFault) {
        for number in 0...1 {
            let file = LogFile.commits(number)
            guard let length = try storage.length(of: file), length > 0 else { continue }
            let zeros = [UInt8](repeating: 0, count: min(length, Self.step))
            for offset in stride(from: 0, to: length, by: Self.step) {
                try storage.write(
                    zeros.prefix(min(Self.step, length - offset)), to: file, at: offset)
            }
            try storage.sync(file)
        }
    }

    private static let step = 1 << 20

    /// Notes beside the newest checkpoint which keys are destroyed, each once: what the log says of it is lost where an
    /// older copy of the log takes its place.
    func remember(_ subjects: Set<SubjectID>, _ periods: Set<Period>) throws(StorageFault) {
        let known = try remembered()
        let time = UTCInstant(microseconds: 0)
        var bytes: [UInt8] = []
        for id in subjects.subtracting(known.subjects).sorted(by: { $0.text < $1.text }) {
            bytes += SubjectSlot(destroyed: id, created: time).bytes
        }
        for period in periods.subtracting(known.periods).sorted() {
            bytes += PeriodSlot(destroyed: period, created: time).bytes
        }
        // A slot that was cut short is written over.
        if !bytes.isEmpty { try storage.write(bytes[...], to: .erased, at: known.length) }
        if known.length + bytes.count > 0 { try storage.sync(.erased) }
    }

    /// Whose keys were destroyed, according to what lies beside the newest checkpoint.
    func remembered() throws(StorageFault) -> (
        subjects: Set<SubjectID>, periods: Set<Period>, length: Int
    ) {
        let bytes = try storage.contents(of: .erased)
        var (subjects, periods, length) = (Set<SubjectID>(), Set<Period>(), 0)
        for offset in stride(
            from: 0, through: bytes.count - KeySlot.byteCount, by: KeySlot.byteCount)
        {
            let slot = bytes[offset...].prefix(KeySlot.byteCount)
            if let owner = KeySlot.owner(of: slot, magic: SubjectKey.magic),
                let id = SubjectKey.id(of: owner.id)
            {
                subjects.insert(id)
            } else if let owner = KeySlot.owner(of: slot, magic: PeriodKey.magic),
                let period = PeriodKey.id(of: owner.id)
            {
                periods.insert(period)
            } else {
                break
            }
            length = offset + KeySlot.byteCount
        }
        return (subjects, periods, length)
    }

    /// Everything at once.
    func destroy(_ subjects: Set<SubjectID>, _ periods: Set<Period>) throws(StorageFault) {
        try wipeJournal()
        // Crash point D1: the keys are in their files only; opening destroys them there.
        try overwrite(slots(of: subjects, in: .subjects, as: SubjectKey.self), in: .subjects)
        try overwrite(slots(of: periods, in: .periods, as: PeriodKey.self), in: .periods)
        // Crash point D2: destroyed, and no record says so; opening does it again, and records it.
    }
}
