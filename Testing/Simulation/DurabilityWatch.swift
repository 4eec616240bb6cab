// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogFormat
internal import Merkle
internal import SignedNotes
internal import Synchronization

/// Knows what is durable, by reading the commit journal from the disk's stable image whenever that changes.
///
/// It trusts bytes only, never the ledger's word. A whole frame on stable storage makes its records durable for good:
/// every later start must find them in the same place, with the same bytes.
final class DurabilityWatch: Sendable {
    private struct State {
        /// Leaf hashes of all durable records.
        var leaves: [LeafHash] = []
        var stages: [UniqueID: Set<RecordStage>] = [:]
        /// Headers of the frames that were read: they hold a checksum of the whole frame.
        var frames: Set<ArraySlice<UInt8>> = []
        /// How much of the entries was read, in records and in bytes.
        var entriesRead = (count: 0, bytes: 0)
    }

    private let state = Mutex(State())
    private let verdicts: Verdicts

    init(verdicts: Verdicts) { self.verdicts = verdicts }

    /// Whether an access has a durable record of one of these stages.
    func holds(_ uid: UniqueID, _ stages: Set<RecordStage>) -> Bool {
        state.withLock { !($0.stages[uid] ?? []).isDisjoint(with: stages) }
    }

    func leaf(at index: LeafIndex) -> LeafHash? {
        state.withLock { state in
            index.value < UInt64(state.leaves.count) ? state.leaves[Int(index.value)] : nil
        }
    }

    var leaves: [LeafHash] { state.withLock { $0.leaves } }

    /// A file of the commit journal was synced.
    ///
    /// - Parameter journals: the stable images of both files. A frame counts once all before it are there.
    func look(atJournals journals: [[UInt8]]) {
        state.withLock { state in
            let run = CommitFrame.newestRun(
                CommitFrame.scan(journals[0]), CommitFrame.scan(journals[1]),
                after: TreeSize(UInt64(state.leaves.count)))
            // A frame without its predecessor does not count.
            guard run.first?.header.firstIndex.value ?? 0 <= UInt64(state.leaves.count) else {
                return
            }
            for frame in run
            where state.frames.insert(frame.bytes.prefix(CommitFrame.headerLength)).inserted {
                let entries = Array(frame.entries)
                let read = take(entries, first: Int(frame.header.firstIndex.value), in: &state)
                if read != (Int(frame.header.entryCount), entries.count) {
                    verdicts.report(
                        "frame \(frame.header.number) does not hold the entries it says")
                }
                checkCheckpoint(of: frame)
            }
        }
    }

    /// The entries were synced: after a crash, this may be the first sign of a group whose sync never ended.
    ///
    /// - Parameter file: their stable image.
    func look(atEntries file: [UInt8]) {
        state.withLock { state in
            let before = state.entriesRead
            let read = take(Array(file.dropFirst(before.bytes)), first: before.count, in: &state)
            state.entriesRead = (before.count + read.count, before.bytes + read.bytes)
        }
    }

    private func take(
        _ entries: [UInt8], first: Int, in state: inout State
    ) -> (count: Int, bytes: Int) {
        guard first <= state.leaves.count else {
            verdicts.report("records before \(first) were never made durable")
            return (0, 0)
        }
        let places = EntryFraming.scan(entries.span).leaves
        for (place, range) in places.enumerated() {
            let leaf = Array(entries[range])
            let hash = LeafHash(of: leaf)
            guard first + place == state.leaves.count else {
                if state.leaves[first + place] != hash {
                    verdicts.report("SizeNeverShrinks: record \(first + place) was replaced")
                }
                continue
            }
            state.leaves.append(hash)
            note(leaf, in: &state)
        }
        return (places.count, places.last?.upperBound ?? 0)
    }

    private func note(_ leaf: [UInt8], in state: inout State) {
        do {
            let record = try Record(leaf: leaf)
            guard let uid = record.uid, let stage = record.stage else { return }
            state.stages[uid, default: []].insert(stage)
        } catch {
            verdicts.report("a leaf is no record: \(error)")
        }
    }

    private func checkCheckpoint(of frame: CommitFrame) {
        do {
            let claim = try UnverifiedCheckpoint(Array(frame.checkpoint)).claim
            guard claim.size == frame.header.sizeAfter else {
                return verdicts.report(
                    "EveryGroupSigned: frame \(frame.header.number) is not covered")
            }
        } catch {
            verdicts.report("EveryGroupSigned: frame \(frame.header.number): \(error)")
        }
    }
}
