// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
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
        if let first = frames.first, first.header.firstIndex.value > base?.size.count ?? 0 {
            throw OpenFault(
                .damaged,
                "The commit journal begins at record \(first.header.firstIndex.value), but only "
                    + "\(base?.size.count ?? 0) records are published: records between are missing. "
                    + "Restore the log from a copy that verifies.")
        }
        let newest = try verified(Array(last.checkpoint), file: .commits(0))
        guard newest.size == last.header.sizeAfter else {
            throw OpenFault(
                .damaged,
                "The last commit frame holds records up to \(last.header.sizeAfter.count), its "
                    + "checkpoint is of size \(newest.size.count). Run `countersign verify`.")
        }
        return newest
    }

    func rememberedCheckpoint() throws(OpenFault) -> Signed? {
        var newest: Signed?
        for note in StateSlots.notes(in: try disk.contents(of: .state)) {
            let found: Signed
            do throws(OpenFault) {
                found = try verified(note, file: .state)
            } catch {
                // Two logs that share the file would each overwrite what the other remembers.
                guard error.code != .foreignOrigin else { throw .foreignState(origin) }
                // A slot that was being written when the power went is no signed note; the other one is.
                continue
            }
            if found.size >= newest?.size ?? .empty { newest = found }
        }
        return newest
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
