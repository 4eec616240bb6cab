// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A kind of file in a log directory, and what a fault in it means: the one table used by opening
/// and verifying (for people: `Docs/Formats/directory.md`).
package enum StoredFile: CaseIterable, Sendable {
    case entries
    case disclosures
    case subjects
    case periods
    /// Durable before the first record is signed: its absence is a loss only in a log with records.
    case directorySecret
    case checkpoint
    case checkpoints
    case offsets
    case tree

    /// What can be wrong.
    package enum Fault: CaseIterable, Sendable {
        /// Bytes are missing, but the commit journal has them.
        case missingAndJournalled
        /// Bytes or the whole file are missing, and the commit journal does not have them.
        case missing
        /// There are bytes other than the commit journal's, or than can be there.
        case changed
        /// There are bytes after those that were committed.
        case trailing
    }

    /// What becomes of it.
    package enum Judgement: Sendable {
        /// Opening repairs it; verifying notes it.
        case restored
        /// Opening rebuilds the file from the entries, whatever is in it. For the segment being
        /// written, a crash explains it; elsewhere verifying reports it, because somebody changed
        /// it.
        case remade
        /// Opening refuses, and verifying reports it.
        case refused
    }

    package func judgement(of fault: Fault) -> Judgement {
        switch (self, fault) {
        case (.offsets, _), (.tree, _): .remade
        // The journal of checkpoints has what was published.
        case (.checkpoint, .missingAndJournalled), (.checkpoint, .missing): .restored
        case (_, .missingAndJournalled): .restored
        case (_, .missing), (_, .changed), (_, .trailing): .refused
        }
    }
}

extension JournalSpan.Standing {
    /// What is wrong, in terms of the table; nil if nothing is.
    package var fault: StoredFile.Fault? {
        switch self {
        case .whole: nil
        case .restorable: .missingAndJournalled
        case .lost: .missing
        case .contradicted: .changed
        }
    }

    /// Where it begins.
    package var place: Int {
        switch self {
        case .whole, .restorable: 0
        case .lost(let place), .contradicted(let place): place
        }
    }
}
