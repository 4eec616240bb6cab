// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// Where everything is in a log directory, shared by the writer and its readers.
///
/// The layout is the static tlog-tiles log laid flat (`Docs/Formats/directory.md`): a tile or an entry
/// bundle is a slice of a file.
package enum LogLayout {
    /// Entries in a full segment: one perfect subtree of height 16.
    package static let segmentEntries: UInt64 = 65_536
    /// Hashes in a full tile (C2SP tlog-tiles, tile height 8).
    package static let tileWidth: UInt64 = 256

    package static let checkpoint = "checkpoint"
    package static let checkpointJournal = "checkpoints"
    package static let subjects = "keys/subjects"
    package static let periods = "keys/periods"
    package static let directorySecret = "keys/directory"
    package static let lock = "lock"
    /// The folder with the texts of rules that decided.
    package static let rulesFolder = "rules"

    /// The file of the commit journal with number 0 or 1.
    package static func commits(_ number: Int) -> String { "commits.\(number)" }

    /// The file with all hashes of perfect subtrees of 256^level leaves.
    package static func tree(level: Int) -> String { "tree/\(level)" }

    /// The file with the text of one version of the rules, which is `sha256:` and a digest in lower-case hexadecimal; nil
    /// for a version that is not.
    package static func rules(_ version: String) -> String? {
        let digest = version.dropFirst("sha256:".count)
        guard version.hasPrefix("sha256:"), digest.utf8.count == 64,
            digest.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return rulesFolder + "/" + digest
    }

    /// The folder of one segment.
    package static func segment(_ number: SegmentNumber) -> String {
        let digits = String(number.value)
        return "segments/" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    package static func entries(_ number: SegmentNumber) -> String {
        segment(number) + "/entries"
    }

    package static func offsets(_ number: SegmentNumber) -> String {
        segment(number) + "/offsets"
    }

    package static func disclosures(_ number: SegmentNumber) -> String {
        segment(number) + "/disclosures"
    }

    /// What became of a segment that is not here; there is no such file for one that is
    /// (``SegmentState``).
    package static func away(_ number: SegmentNumber) -> String {
        segment(number) + "/away"
    }
}

/// The number of a segment, counted from zero.
package struct SegmentNumber: Hashable, Comparable, Sendable {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    /// The segment that holds a leaf.
    package init(of index: LeafIndex) { value = index.value / LogLayout.segmentEntries }

    package static func < (one: Self, other: Self) -> Bool { one.value < other.value }

    /// The index of the segment's first leaf.
    package var firstIndex: LeafIndex { LeafIndex(value * LogLayout.segmentEntries) }

    /// The tree size at which the segment is full.
    package var fullSize: TreeSize { TreeSize((value + 1) * LogLayout.segmentEntries) }
}
