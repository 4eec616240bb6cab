// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding

extension Ledger {
    /// The secret under which subjects are looked up; made with the log.
    static func directorySecret(
        on disk: OpeningStorage, randomness: inout BufferedRandomness
    ) throws(OpenFault) -> [UInt8] {
        let stored = try disk.contents(of: .directorySecret)
        guard !stored.isEmpty else {
            let fresh = DirectorySecret(bytes: randomness.bytes(DirectorySecret.secretBytes))
            try disk.replace(.directorySecret, with: fresh.fileBytes)
            return fresh.bytes
        }
        guard let secret = DirectorySecret(file: stored) else {
            throw OpenFault(
                .damaged,
                "keys/directory has \(stored.count) bytes that are not a secret and its checksum. Restore it "
                    + "from a copy of the same log; without it every subject gets a new id.")
        }
        return secret.bytes
    }

    /// Publishes what recovery has put in place, before anything is added to it.
    static func publish(
        _ log: RecoveredLog, through publisher: Publisher, on disk: OpeningStorage
    ) throws(OpenFault) {
        // Room for the state file is taken now, so that remembering never fails for want of space.
        let state = try disk.contents(of: .state)
        if state.count < StateSlots.slotLength * StateSlots.count {
            let empty = [UInt8](
                repeating: 0, count: StateSlots.slotLength * StateSlots.count - state.count)
            try disk.write(empty, to: .state, at: state.count)
        }
        guard let checkpoint = log.checkpoint else { return }
        if let length = try disk.length(of: .checkpointJournal),
            length > log.checkpointJournalLength
        {
            try disk.truncate(.checkpointJournal, to: log.checkpointJournalLength)
        }
        if !log.unsettledNotes.isEmpty {
            // What reads back may be what a failed sync has left in the kernel only: written again, it is synced.
            try disk.write(
                log.unsettledNotes, to: .checkpointJournal,
                at: log.checkpointJournalLength - log.unsettledNotes.count)
            try disk.sync(.checkpointJournal)
        }
        guard log.publishedSize < log.position.size else {
            if try disk.contents(of: .checkpoint) != checkpoint {
                try disk.replace(.checkpoint, with: checkpoint)
            }
            return
        }
        publisher.recovered(
            Publisher.Applied(
                checkpoint: checkpoint, size: log.position.size,
                frame: log.position.nextFrame - 1, segments: log.unsynced,
                hasNewSubjects: log.position.subjectsLength > 0,
                hasNewPeriods: log.position.periodsLength > 0))
        do { try publisher.flush() } catch { throw OpenFault(error) }
        // Remembered last: a log that is cut off before this is as it was.
        if let slot = StateSlots.slot(for: checkpoint) {
            try disk.write(slot, to: .state, at: 0)
            try disk.sync(.state)
        }
    }
}
