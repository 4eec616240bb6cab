// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogFormat
package import Merkle

/// Where the entries and disclosures of a segment are.
///
/// Every reader asks ``LogSnapshot/state(of:)`` before it opens a segment's files, so that nobody takes a file that is
/// not there for a segment that was put away. Only full segments leave the log directory; the rows of the tree stay,
/// so that proofs and later checkpoints go on over a segment that cannot be read.
package enum SegmentState: Hashable, Sendable {
    /// In the log directory, or in the commit journal on the way there. A file that is missing is lost.
    case present
    /// Put away whole, and dropped here.
    ///
    /// - `root`: the hash of its 65,536 leaves as one node.
    /// - `places`: where copies are, in the words of whoever put them there; at least one.
    case archived(root: NodeHash, places: [String])
    /// Destroyed at the end of its retention, in every place.
    ///
    /// - `root`: the hash of its 65,536 leaves as one node, all that is left of it.
    /// - `record`: the record that says so.
    case expired(root: NodeHash, record: LeafIndex)

    /// What the tree goes on with; nil where the entries say it.
    package var root: NodeHash? {
        switch self {
        case .present: nil
        case .archived(let root, _), .expired(let root, _): root
        }
    }

    /// Why the segment cannot be read here; nil where it can.
    package var absence: LogReadFailure.Absence? {
        switch self {
        case .present: nil
        case .archived(_, let places): .archived(places: places)
        case .expired(_, let record): .expired(record: record)
        }
    }
}

/// The states of a log's segments, the one place that knows them.
package struct SegmentStates: Sendable {
    /// Those that are not present.
    private let away: [SegmentNumber: SegmentState]

    /// Every segment is in the log directory.
    package static let allPresent = SegmentStates(away: [:])

    /// - Parameter away: those that are not present; none of them is the last, which is still being written.
    package init(away: [SegmentNumber: SegmentState]) { self.away = away }

    package subscript(_ number: SegmentNumber) -> SegmentState { away[number] ?? .present }
}
