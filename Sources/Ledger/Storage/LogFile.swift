// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogFormat

/// A file of a log, by what it holds; storage decides where it is.
package enum LogFile: Hashable, Sendable {
    /// C2SP entry framing of one segment. Evidence.
    case entries(SegmentNumber)
    /// Where each entry of the segment begins. Derived.
    case offsets(SegmentNumber)
    /// Sealed disclosure blocks of one segment. Evidence until erased.
    case disclosures(SegmentNumber)
    /// Hashes of perfect subtrees of 256^level leaves. Derived.
    case tree(level: Int)
    /// The newest published checkpoint. Evidence.
    case checkpoint
    /// Every published checkpoint. Evidence.
    case checkpointJournal
    /// One of the two files of the commit journal: the newest groups. Evidence until applied.
    case commits(Int)
    /// Subject keys and their tombstones.
    case subjects
    /// Period keys and their tombstones.
    case periods
    /// The secret under which subjects are looked up.
    case directorySecret
    /// The newest signed checkpoint, kept apart from the data.
    case state
    /// Tombstones of every key that was destroyed, kept beside ``state``: an older copy of the log does not know them.
    case erased
}

extension LogFile {
    /// The path within the log directory, or nil for ``state`` and ``erased``, which lie elsewhere.
    package var path: String? {
        switch self {
        case .entries(let segment): LogLayout.entries(segment)
        case .offsets(let segment): LogLayout.offsets(segment)
        case .disclosures(let segment): LogLayout.disclosures(segment)
        case .tree(let level): LogLayout.tree(level: level)
        case .checkpoint: LogLayout.checkpoint
        case .checkpointJournal: LogLayout.checkpointJournal
        case .commits(let number): LogLayout.commits(number)
        case .subjects: LogLayout.subjects
        case .periods: LogLayout.periods
        case .directorySecret: LogLayout.directorySecret
        case .state, .erased: nil
        }
    }

    /// The name within the folder `log.state`, or nil for what lies in the log directory.
    package var stateName: String? {
        switch self {
        case .state: "checkpoint.slots"
        case .erased: "erased.slots"
        default: nil
        }
    }
}
