// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Ledger
internal import LogFormat
internal import Merkle

extension MemoryStorage {
    /// The entries of the first segment as readers see them: already applied, or durable in the commit journal.
    package var firstEntries: [UInt8] {
        let files = files
        var bytes = files[.entries(SegmentNumber(0))] ?? []
        let journals = [files[.commits(0)] ?? [], files[.commits(1)] ?? []]
        let frames = CommitFrame.newestRun(journals[0], journals[1])
        let settled = CommitFrame.settledCount(of: frames, in: journals, given: .empty)
        for frame in frames[..<settled]
        where SegmentNumber(of: frame.header.firstIndex).value == 0 {
            let start = Int(frame.header.entriesOffset)
            bytes.replaceSubrange(
                start..<min(bytes.count, start + frame.entries.count), with: frame.entries)
        }
        return bytes
    }
}
