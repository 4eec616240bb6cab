// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A kind of file of a log directory, and what it means that something is wrong with it: the one table by which
/// opening and verifying judge (`Docs/Formats/directory.md` has it for people).
package enum StoredFile: CaseIterable, Sendable {
    case entries
    case disclosures
    case subjects
    case periods
    /// Durable before the first record is signed: it is missed in a log with records, and in no other.
    case directorySecret
    case checkpoint
    case checkpoints
    case offsets
    case tree

    /// What can be wrong.
    package enum Fault: CaseIterable, Sendable {
        /// Bytes are missing, and the commit journal has them.
        case missingAndJournalled
        /// Bytes are missing, or the whole file is, and the commit journal does not have them.
        case missing
        /// There are other bytes than the commit journal has, or than can stand there.
        case changed
        /// There are bytes behind those that were committed.
        case trailing
    }

    /// What becomes of it.
    package enum Judgement: Sendable {
        /// Opening puts it right; verifying notes it.
        case restored
        /// Opening makes the file anew from the entries, whatever is in it. A crash explains it for the segment that
        /// is being written; elsewhere verifying reports it, for somebody was there.
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
    /// What is wrong, as the table has it; nil where nothing is.
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
