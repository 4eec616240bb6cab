// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import LogFormat
internal import LogReading
internal import Merkle
internal import SignedNotes

/// What is wrong with the files of checkpoints beside what each of them says.
extension CheckpointFiles {
    /// What of the published checkpoints heartbeats have counted and the journal does not have: one was taken out.
    ///
    /// A copy of a log in use may end before what is counted, so that nothing is said of what is newer than the file
    /// `checkpoint`. Where both files are gone, everything that was counted is missing.
    func missing(by claims: [(index: LeafIndex, facts: PublishedFacts)]) -> Finding? {
        let known = published?.checkpoint?.claim.size ?? journal.last?.checkpoint?.claim.size
        let kept = journal + (publishedIsRestorable ? [published].compactMap(\.self) : [])
        for claim in claims where claim.facts.count > 0 {
            guard claim.facts.size <= known?.count ?? .max else { continue }
            let number = claim.facts.count - 1
            let found = number < UInt64(kept.count) ? kept[Int(number)].checkpoint : nil
            if found?.claim.size.count == claim.facts.size { continue }
            return Finding(
                .checkpointsMissing, file: LogLayout.checkpointJournal, index: claim.index,
                detail: "number \(claim.facts.count) was of size \(claim.facts.size), now "
                    + (found.map { "of size \($0.claim.size.count)" }
                        ?? "there are \(kept.count)"))
        }
        // The commit journal is written again from its start only once what it holds is published.
        guard journal.isEmpty, published?.checkpoint == nil, let first = firstFrame, first.value > 0
        else {
            return nil
        }
        return Finding(
            .checkpointsMissing, file: LogLayout.checkpointJournal,
            detail:
                "the commit journal begins with record \(first.value): those before were published")
    }

    /// What is wrong with the end of the journal: a crash leaves the beginning of the note that was being
    /// written, or zeros where it, or a sector of it, was to be; anything else was put there.
    func journalRest(of origin: LogOrigin?) -> Finding? {
        let (rest, offset) = journalRest
        guard !rest.isEmpty else { return nil }
        let start = Array("\(origin?.text ?? "")\n".utf8)
        let isBeginning = rest.dropFirst(2).prefix(start.count).elementsEqual(
            start.prefix(max(0, rest.count - 2)))
        let isTorn = isBeginning || restIsOfFrame || rest.allSatisfy { $0 == 0 }
        return Finding(
            isTorn ? .tornJournalEnd : .trailingBytes, file: LogLayout.checkpointJournal,
            offset: offset, detail: "\(rest.count) bytes")
    }
}
