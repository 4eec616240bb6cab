// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Ledger
internal import LogFormat
internal import Merkle
internal import SignedNotes
internal import Synchronization
internal import TestSupport

/// Reads the log's files now and then, as the console, an export and an auditor do, and remembers every checkpoint that
/// it was shown. Whatever happens to the process or the power, the log must continue from there.
final class Onlooker: Sendable {
    private let seen = Mutex<[UInt64: [UInt8]]>([:])
    private let bug: PlantedBug?
    private let verdicts: Verdicts

    init(bug: PlantedBug?, verdicts: Verdicts) {
        self.bug = bug
        self.verdicts = verdicts
    }

    /// Every checkpoint that was seen, by size.
    var checkpoints: [UInt64: [UInt8]] { seen.withLock { $0 } }

    /// Looks at the disk as processes see it now, perhaps between a write and its sync.
    func look(at disk: MemoryStorage) {
        do {
            let files = disk.files
            let note =
                bug == .showsBeforeSync
                ? CommitFrame.newestRun(files[.commits(0)] ?? [], files[.commits(1)] ?? [])
                    .last.map { Array($0.checkpoint) }
                : try InspectedLog.newestCheckpoint(files)?.note.encode()
            guard let note else { return }
            let size = try UnverifiedCheckpoint(note).claim.size.count
            seen.withLock { $0[size] = note }
        } catch {
            verdicts.report("an onlooker cannot read the log: \(error)")
        }
    }
}
