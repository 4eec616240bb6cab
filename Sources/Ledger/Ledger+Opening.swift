// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Disclosures
internal import LogFormat
internal import Merkle
package import SignedNotes
internal import Synchronization

extension Ledger {
    /// Checks whether a log can be opened, the way opening does, but signs and records nothing.
    ///
    /// - Parameter storage: may be written to; pass one that keeps its writes to itself.
    package static func examine(
        _ storage: any LedgerStorage, signers: [NoteSigner], options: LedgerOptions,
        randomness: consuming BufferedRandomness
    ) throws(OpenFault) -> RecoveryReport {
        try recover(
            OpeningStorage(storage: storage), signers: signers, options: options,
            randomness: &randomness
        ).log.facts
    }

    /// All of opening up to the first signature.
    static func recover(
        _ disk: OpeningStorage, signers: [NoteSigner], options: LedgerOptions,
        randomness: inout BufferedRandomness
    ) throws(OpenFault) -> (log: RecoveredLog, secret: [UInt8]) {
        let trust = try trust(in: signers, of: options.origin)
        let recovered = try Recovery(
            disk: disk, origin: options.origin, trust: trust, producer: options.producer,
            adoption: options.adoption
        ).recover()
        let secret = try directorySecret(
            on: disk, isNeeded: recovered.position.size.count > 0, randomness: &randomness)
        return (recovered, secret)
    }

    /// The policy that trusts these keys alone, if they can sign together.
    private static func trust(
        in signers: [NoteSigner], of origin: LogOrigin
    ) throws(OpenFault) -> TrustPolicy {
        guard let trust = TrustPolicy(logKeys: signers.map(\.verifierKey)) else {
            throw OpenFault(
                .untrustedCheckpoint,
                "Two different signing keys share one key id. Make a new key for one of them.")
        }
        try checkNotes(origin: origin, signers: signers)
        return trust
    }

    /// ``LedgerCommand/sign(with:)``
    func sign(with signers: [NoteSigner]) throws(OpenFault) {
        _ = try Self.trust(in: signers, of: options.origin)
        let keys = signers.map(\.verifierKey)
        try signing.withLock { present throws(OpenFault) in
            guard keys.contains(where: present.contains) else {
                throw OpenFault(
                    .untrustedCheckpoint,
                    "None of these keys has signed this log so far. Put the key back that did; `countersign key "
                        + "rotate` changes keys.")
            }
            writer.betweenGroups { $0.sign(with: signers) }
            present = keys
        }
    }

    /// The keys that sign the log now, the newest first.
    package var signingKeys: [NoteVerifierKey] { signing.withLock { $0 } }

    /// The secret under which subjects are looked up; made with the log.
    ///
    /// It is durable before anything is signed: a first start that is cut short earlier leaves no
    /// record, so a log with records and no secret has lost it.
    ///
    /// - Parameter isNeeded: whether there is a record.
    static func directorySecret(
        on disk: OpeningStorage, isNeeded: Bool, randomness: inout BufferedRandomness
    ) throws(OpenFault) -> [UInt8] {
        guard try disk.length(of: .directorySecret) != nil else {
            guard !isNeeded else { throw .secretLost }
            let fresh = DirectorySecret(bytes: randomness.bytes(DirectorySecret.secretBytes))
            try disk.replace(.directorySecret, with: fresh.fileBytes)
            return fresh.bytes
        }
        let stored = try disk.contents(of: .directorySecret)
        guard let secret = DirectorySecret(file: stored) else {
            throw OpenFault(
                .damaged,
                "keys/directory has \(stored.count) bytes that are not a secret and its checksum. Restore it "
                    + "from a copy of the same log; without it every subject gets a new id.")
        }
        // What is read back may be in the kernel only, left by a start that failed: writing it
        // again gets it synced.
        try disk.replace(.directorySecret, with: stored)
        return secret.bytes
    }

    /// Refuses keys whose checkpoints could be too long for the state file: what is not remembered
    /// cannot protect against rollback.
    static func checkNotes(
        origin: LogOrigin, signers: [NoteSigner]
    ) throws(OpenFault) {
        let most = Checkpoint.mostBytes(origin: origin, signers: signers)
        guard most > StateSlots.slotLength else { return }
        throw OpenFault(
            .untrustedCheckpoint,
            "A checkpoint with \(signers.count) signatures can have \(most) bytes, and log.state remembers "
                + "\(StateSlots.slotLength). Sign with fewer keys, or give the log a shorter name.")
    }

    /// Publishes what recovery put in place, before anything is added.
    ///
    /// - Returns: the slot of the state file to write next.
    static func publish(
        _ log: RecoveredLog, through publisher: Publisher, on disk: OpeningStorage
    ) throws(OpenFault) -> Int {
        // Reserves room for the state file now, so that remembering never fails for lack of space.
        let state = try disk.contents(of: .state)
        if state.count < StateSlots.slotLength * StateSlots.count {
            let empty = [UInt8](
                repeating: 0, count: StateSlots.slotLength * StateSlots.count - state.count)
            try disk.write(empty, to: .state, at: state.count)
        }
        guard let checkpoint = log.checkpoint else { return log.freeStateSlot }
        let stateSlot = try remember(checkpoint, of: log, on: disk)
        if let length = try disk.length(of: .checkpointJournal),
            length > log.checkpointJournalLength
        {
            try disk.truncate(.checkpointJournal, to: log.checkpointJournalLength)
        }
        if !log.unsettledNotes.isEmpty {
            // What is read back may be in the kernel only, left by a failed sync: writing it again
            // gets it synced.
            try disk.write(
                log.unsettledNotes, to: .checkpointJournal,
                at: log.checkpointJournalLength - log.unsettledNotes.count)
            try disk.sync(.checkpointJournal)
        }
        guard log.publishedSize < log.position.size else {
            if try disk.contents(of: .checkpoint) != checkpoint {
                publisher.offer(checkpoint, of: log.position.size)
                do { try publisher.flush() } catch { throw OpenFault(error) }
            }
            return stateSlot
        }
        publisher.recovered(
            Publisher.Applied(
                checkpoint: checkpoint, size: log.position.size,
                frame: log.position.nextFrame - 1, segments: log.unsynced,
                hasNewSubjects: log.position.subjectsLength > 0,
                hasNewPeriods: log.position.periodsLength > 0))
        do { try publisher.flush() } catch { throw OpenFault(error) }
        return stateSlot
    }

    /// Remembers the log's size, durable by now, before it is published: the state file knows
    /// whatever was published, so an empty one beside a published log means that its content was
    /// lost.
    ///
    /// The slot of the newest checkpoint gets no other bytes: a write that is cut short spoils only the
    /// other one.
    private static func remember(
        _ checkpoint: [UInt8], of log: RecoveredLog, on disk: OpeningStorage
    ) throws(OpenFault) -> Int {
        guard !log.rememberedIsNewest else {
            // RememberedBeforePublished: what is read back may be in the kernel only, left by a failed sync, and a later
            // sync would pass over it. Written again as it is, it gets synced.
            let newest = (1 - log.freeStateSlot) * StateSlots.slotLength
            let known = try disk.contents(of: .state)[newest...].prefix(StateSlots.slotLength)
            try disk.write(Array(known), to: .state, at: newest)
            try disk.sync(.state)
            return log.freeStateSlot
        }
        guard let slot = StateSlots.slot(for: checkpoint) else { return log.freeStateSlot }
        if log.forgetsState {
            // Remembering lost records would have the log refused at every start.
            let empty = [UInt8](repeating: 0, count: StateSlots.slotLength)
            try disk.replace(.state, with: slot + empty)
            return 1
        }
        try disk.write(slot, to: .state, at: log.freeStateSlot * StateSlots.slotLength)
        try disk.sync(.state)
        return 1 - log.freeStateSlot
    }
}

extension OpenFault {
    static let secretLost = OpenFault(
        .damaged,
        "keys/directory is gone: the secret from which every subject gets its id. Restore it from a copy of the same "
            + "log. A new one would make everybody somebody else, and erasing a subject would miss what was "
            + "recorded before. Where no copy is left, keep this log as it is, and begin another under a new "
            + "log.origin, with a log.dir and log.state of its own.")
}
