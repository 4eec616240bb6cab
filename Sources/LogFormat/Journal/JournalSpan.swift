// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The commit journal's part of one file: everything from `start` up to `end`.
///
/// Shared by opening, which restores what is missing, and by verifying, which reads through it; so
/// both mean the same by a loss.
package struct JournalSpan: Sendable {
    /// The part that one frame holds.
    package struct Piece: Sendable {
        package let offset: Int
        package let bytes: ArraySlice<UInt8>

        package init(offset: Int, bytes: ArraySlice<UInt8>) {
            self.offset = offset
            self.bytes = bytes
        }

        package var end: Int { offset + bytes.count }
    }

    /// How a file on disk compares with the journal.
    package enum Standing: Hashable, Sendable {
        /// All of it is in place.
        case whole
        /// Bytes are missing, or zero where a crash may have left them so, and the journal has them.
        case restorable
        /// From this byte on, bytes are missing that the journal does not have either.
        case lost(from: Int)
        /// From this byte on, there are other bytes than the journal has.
        case contradicted(at: Int)
    }

    /// The journal does not cover anything before this: these bytes must be in place.
    package let start: Int
    /// The file's length once the journal is applied.
    package let end: Int
    /// In order, none of them empty.
    package let pieces: [Piece]

    /// No file of a log is larger than this; larger offsets come from a forged frame.
    private static let mostBytes = 1 << 56

    /// The least that a disk writes whole or not at all.
    package static let sectorBytes = 512

    /// Nil if no frame covers the file.
    private init?(_ parts: [(offset: UInt64, bytes: ArraySlice<UInt8>)]) {
        let pieces = parts.map {
            Piece(offset: min(Int(clamping: $0.offset), Self.mostBytes), bytes: $0.bytes)
        }
        guard let first = pieces.first, let last = pieces.last else { return nil }
        start = first.offset
        end = last.end
        self.pieces = pieces.filter { !$0.bytes.isEmpty }
    }

    package init?(entriesOf segment: SegmentNumber, in frames: [CommitFrame]) {
        self.init(
            frames.filter { SegmentNumber(of: $0.header.firstIndex) == segment }
                .map { ($0.header.entriesOffset, $0.entries) })
    }

    package init?(disclosuresOf segment: SegmentNumber, in frames: [CommitFrame]) {
        self.init(
            frames.filter { SegmentNumber(of: $0.header.firstIndex) == segment }
                .map { ($0.header.disclosuresOffset, $0.disclosures) })
    }

    package init?(subjectsIn frames: [CommitFrame]) {
        self.init(frames.map { ($0.header.subjectsOffset, $0.subjects) })
    }

    package init?(periodsIn frames: [CommitFrame]) {
        self.init(frames.map { ($0.header.periodsOffset, $0.periods) })
    }

    /// Compares a file with the journal.
    ///
    /// - Parameters:
    ///   - length: of the file; 0 if there is none.
    ///   - read: gives the bytes of a range that is in the file.
    package func standing<Failure: Error>(
        ofFile length: Int, reading read: (Range<Int>) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Standing {
        guard length >= start else { return .lost(from: length) }
        var isWhole = length >= end
        for piece in pieces where piece.offset < length {
            let end = min(piece.end, length)
            let sectorEnd = (end + Self.sectorBytes - 1) / Self.sectorBytes * Self.sectorBytes
            let onDisk = try read(piece.offset..<min(sectorEnd, length))
            let both = min(onDisk.count, piece.bytes.count)
            if Self.areEqual(onDisk, piece.bytes, both) { continue }
            isWhole = false
            for (position, (found, expected)) in zip(onDisk, piece.bytes).enumerated()
            where found != expected {
                let offset = piece.offset + position
                let rest = Self.sectorBytes - offset % Self.sectorBytes
                // What a crash leaves of an unfinished application, not a contradiction.
                guard onDisk[position...].prefix(rest).allSatisfy({ $0 == 0 }) else {
                    return .contradicted(at: offset)
                }
            }
        }
        return isWhole ? .whole : .restorable
    }

    private static func areEqual(
        _ one: [UInt8], _ other: ArraySlice<UInt8>, _ count: Int
    ) -> Bool {
        unsafe one.withUnsafeBytes { one in
            unsafe other.withUnsafeBytes { other in
                guard let one = one.baseAddress, let other = other.baseAddress else { return true }
                // Safe: both have at least `count` bytes.
                return unsafe memcmp(one, other, count) == 0
            }
        }
    }
}
