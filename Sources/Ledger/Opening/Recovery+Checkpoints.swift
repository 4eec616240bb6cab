// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import Merkle
internal import SignedNotes

extension Recovery {
    /// A checkpoint of this log, signed by its key.
    struct Signed {
        let size: TreeSize
        let root: RootHash
        let note: [UInt8]
    }

    func verified(_ note: [UInt8], file: LogFile) throws(OpenFault) -> Signed {
        let name = file.path ?? "the state file"
        let unverified: UnverifiedCheckpoint
        do {
            unverified = try UnverifiedCheckpoint(note)
        } catch {
            throw OpenFault(
                .untrustedCheckpoint,
                "The newest checkpoint in \(name) is damaged (\(error)). Run `countersign verify` and "
                    + "restore the log from a copy that verifies.")
        }
        guard unverified.claim.origin == origin else {
            throw OpenFault(
                .foreignOrigin,
                "The log in this directory is named \"\(unverified.claim.origin.text)\", not "
                    + "\"\(origin.text)\". Set log.origin or log.dir to match.")
        }
        switch unverified.verify(with: trust) {
        case .verified(let checkpoint):
            return Signed(size: checkpoint.size, root: checkpoint.root, note: note)
        case .refused(let refusal):
            throw OpenFault(
                .untrustedCheckpoint,
                "The newest checkpoint in \(name) is not signed by this log's key (\(refusal)). Check "
                    + "log.key_file and log.dir; if both are right, run `countersign verify` and "
                    + "restore the log from a copy that verifies.")
        }
    }

    func newestCheckpoint(
        base: Signed?, frames: [CommitFrame]
    ) throws(OpenFault) -> Signed? {
        guard let last = frames.last, last.header.sizeAfter > base?.size ?? .empty else {
            return base
        }
        // If the journal begins after what is published, the records in between must be in place:
        // the root over all of them tells.
        let newest = try verified(Array(last.checkpoint), file: .commits(0))
        guard newest.size == last.header.sizeAfter else {
            throw OpenFault(
                .damaged,
                "The last commit frame holds records up to \(last.header.sizeAfter.count), its "
                    + "checkpoint is of size \(newest.size.count). Run `countersign verify`.")
        }
        return newest
    }

    /// What the state file remembers.
    struct Memory {
        var newest: Signed?
        /// Whether it is empty, without even something unreadable.
        var isEmpty: Bool
        /// The slot that does not hold the newest checkpoint.
        var freeSlot = 0
    }

    func memory() throws(OpenFault) -> Memory {
        let file = try disk.contents(of: .state)
        var memory = Memory(newest: nil, isEmpty: file.allSatisfy { $0 == 0 })
        for slot in 0..<StateSlots.count {
            guard let note = StateSlots.note(in: file, slot: slot) else { continue }
            let found: Signed
            do throws(OpenFault) {
                found = try verified(note, file: .state)
            } catch {
                // Two logs that share the file would each overwrite what the other remembers.
                guard error.code != .foreignOrigin else { throw .foreignState(origin) }
                // A slot that was being written when the power failed is no signed note; the other
                // one is.
                continue
            }
            guard found.size >= memory.newest?.size ?? .empty else { continue }
            memory.newest = found
            memory.freeSlot = (slot + 1) % StateSlots.count
        }
        return memory
    }

    /// Refuses a log of which more is remembered than there is, or nothing although it was
    /// published, unless somebody accepts that.
    func adopt(
        _ memory: Memory, newest: TreeSize, published: Bool
    ) throws(OpenFault) -> [AdoptedLoss] {
        if let remembered = memory.newest {
            guard remembered.size > newest else { return [] }
            guard adoption != nil else {
                throw .rolledBack(found: newest, remembered: remembered.size)
            }
            return [.recordsLost]
        }
        // What is published is remembered first: a slot that is empty or unreadable before that is
        // of a log that was just made.
        guard published else { return [] }
        guard adoption != nil else {
            throw memory.isEmpty ? .stateMissing(newest) : .stateLost
        }
        return [.stateLost]
    }

    func check(_ remembered: Signed?, against size: TreeSize) throws(OpenFault) {
        guard let remembered else { return }
        var reader = LevelHashReader(StoredLevels(disk: disk))
        guard try reader.root(at: remembered.size) == remembered.root else {
            throw OpenFault(
                .forked,
                "The log is not the one that was signed before: at size \(remembered.size.count) its "
                    + "root differs from the remembered checkpoint in log.state. Somebody rewrote it. "
                    + "Keep both, run `countersign verify`, and restore a copy that matches.")
        }
    }
}
