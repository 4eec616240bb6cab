// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import LogReading
internal import Merkle

/// A stored log as the verifier reads it, whatever its layout.
protocol LogContent: Sendable {
    /// The size that the newest checkpoint claims.
    var size: TreeSize { get }
    /// Derived files must be whole up to here; after that, a crash may have left them short.
    var settledSize: TreeSize { get }
    /// The records from here on are in the commit journal, of which derived files will be made.
    var appliedSize: TreeSize { get }
    /// What puts a derived file right; nil where nothing does but another copy.
    var remedyOfDerivedFiles: String? { get }

    /// Where a segment's entries and disclosures are.
    func state(of segment: SegmentNumber) throws(LogReadFailure) -> SegmentState

    /// Calls `body` with the entries at these places of a segment, several at a time: buffer, places of the leaves in
    /// it, where in the file the buffer begins. An entry begins two bytes before its leaf.
    ///
    /// - Parameter places: from 0, or from a ``resumption(after:of:)``, to the end of the segment as signed.
    func forEachBatch(
        of segment: SegmentNumber, _ places: Range<Int>,
        _ body: (_ buffer: [UInt8], _ leaves: [Range<Int>], _ base: Int) -> Void
    ) throws(EntryStream.Stop)

    /// The place in a segment of `count` entries where reading can go on although the entry at `place` could not be read:
    /// where the next file begins, or the end.
    func resumption(after place: Int, of count: Int) -> Int

    /// The stored hashes of a level from `first` on; fewer than `count` where storage ends.
    func storedHashes(
        level: TileLevel, first: UInt64, count: Int
    ) throws(LogReadFailure) -> [NodeHash]

    /// The file `offsets` of a segment; nil in layouts without one.
    func offsets(of segment: SegmentNumber) throws(LogReadFailure) -> [UInt8]?

    /// The disclosures of a segment; nil in layouts that withhold them.
    func disclosures(of segment: SegmentNumber) throws(LogReadFailure) -> SegmentDisclosures?

    /// The file that holds an entry.
    func file(ofEntry index: LeafIndex) -> String

    /// The file that holds a hash of a level.
    func file(ofHash position: UInt64, level: TileLevel) -> String

    /// The position of the first hash that is in a later file than this one.
    func end(ofFileWithHash position: UInt64, level: TileLevel) -> UInt64
}

/// A segment's sealed disclosures and their file.
struct SegmentDisclosures: Sendable {
    let file: String
    let bytes: [UInt8]
    /// Bytes after what was committed.
    let trailingBytes: Int
}
