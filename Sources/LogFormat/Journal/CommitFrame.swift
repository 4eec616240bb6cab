// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Merkle

/// One commit group in the commit journal: everything that one sync makes durable.
///
/// ```text
///  0  8  "CSFRAME1", or "CSFRAME2" or "CSFRAME3" where nobody waits for the sync: see ``Kind``
///  8  8  frame number, one more than the frame before
/// 16  8  index of the group's first entry
/// 24  8  byte offset of its entries in the segment's `entries`
/// 32  8  byte offset of its blocks in the segment's `disclosures`
/// 40  8  byte offset of its slots in `keys/subjects`
/// 48  8  byte offset of its slots in `keys/periods`
/// 56  4  number of entries
/// 60  4  length of the entries      68  4  length of the subject slots
/// 64  4  length of the disclosures  72  4  length of the period slots
/// 76  4  length of the checkpoint
/// 80  8  XXH64 of bytes 0..<80 and 88..<end
/// 88     entries ‖ disclosures ‖ subject slots ‖ period slots ‖ checkpoint (a signed note)
/// ```
///
/// All integers are big-endian. Every part has its absolute offset, so applying a frame twice is
/// the same as applying it once. A group never crosses a segment's end.
package struct CommitFrame: Sendable {
    /// The fixed part before the body.
    package static let headerLength = 88
    /// What every magic begins with; its last byte is the ``Kind``.
    static let magicStart = Array("CSFRAME".utf8)

    /// What a frame says of the one before it in its file.
    package enum Kind: UInt8, Sendable {
        /// That it is durable. This frame is acknowledged only once it is durable, too.
        case awaited = 0x31
        /// That it is durable. This frame is acknowledged once it is written: it begins a window,
        /// which one later sync makes durable.
        case opening = 0x32
        /// Nothing: both are in one window.
        case continuing = 0x33

        /// Whether the frame before it in its file is durable.
        package var saysDurable: Bool { self != .continuing }
    }

    /// The numbers of the header.
    package struct Header: Hashable, Sendable {
        package var number: UInt64
        package var firstIndex: LeafIndex
        package var entriesOffset: UInt64
        package var disclosuresOffset: UInt64
        package var subjectsOffset: UInt64
        package var periodsOffset: UInt64
        package var entryCount: UInt32
        package var entriesLength: UInt32
        package var disclosuresLength: UInt32
        package var subjectsLength: UInt32
        package var periodsLength: UInt32
        package var checkpointLength: UInt32

        package init(number: UInt64, firstIndex: LeafIndex) {
            self.number = number
            self.firstIndex = firstIndex
            (entriesOffset, disclosuresOffset, subjectsOffset, periodsOffset) = (0, 0, 0, 0)
            (entryCount, entriesLength, disclosuresLength) = (0, 0, 0)
            (subjectsLength, periodsLength, checkpointLength) = (0, 0, 0)
        }

        /// The tree size after the group.
        package var sizeAfter: TreeSize { TreeSize(firstIndex.value + UInt64(entryCount)) }

        /// The length of the whole frame in bytes.
        package var frameLength: Int {
            [
                entriesLength, disclosuresLength, subjectsLength, periodsLength, checkpointLength,
            ].reduce(CommitFrame.headerLength) { $0 + Int($1) }
        }
    }

    package let kind: Kind
    package let header: Header
    /// Header and body.
    package let bytes: ArraySlice<UInt8>

    package var entries: ArraySlice<UInt8> { part(0, header.entriesLength) }

    package var disclosures: ArraySlice<UInt8> {
        part(header.entriesLength, header.disclosuresLength)
    }

    package var subjects: ArraySlice<UInt8> {
        part(header.entriesLength + header.disclosuresLength, header.subjectsLength)
    }

    package var periods: ArraySlice<UInt8> {
        part(
            header.entriesLength + header.disclosuresLength + header.subjectsLength,
            header.periodsLength)
    }

    /// The signed note of the tree including this group.
    package var checkpoint: ArraySlice<UInt8> { bytes.suffix(Int(header.checkpointLength)) }

    private func part(_ offset: UInt32, _ length: UInt32) -> ArraySlice<UInt8> {
        let start = bytes.startIndex + Self.headerLength + Int(offset)
        return bytes[start..<start + Int(length)]
    }
}

extension CommitFrame {
    /// Writes the header over the first ``headerLength`` bytes of a frame whose body already follows.
    ///
    /// - Precondition: `FrameHoldsWhatItSays`: the lengths in the header add up to the frame.
    package static func seal(_ frame: inout [UInt8], with header: Header) {
        precondition(
            header.frameLength == frame.count, "FrameHoldsWhatItSays: lengths do not add up")
        var head = magicStart + [Kind.awaited.rawValue]
        for number in [
            header.number, header.firstIndex.value, header.entriesOffset,
            header.disclosuresOffset, header.subjectsOffset, header.periodsOffset,
        ] { BigEndian.append(number, to: &head) }
        for number in [
            header.entryCount, header.entriesLength, header.disclosuresLength,
            header.subjectsLength, header.periodsLength, header.checkpointLength,
        ] { BigEndian.append(number, to: &head) }
        frame.replaceSubrange(0..<80, with: head)
        var sum: [UInt8] = []
        BigEndian.append(checksum(of: frame[...]), to: &sum)
        frame.replaceSubrange(80..<88, with: sum)
    }

    /// Changes a sealed frame's kind: what precedes it is known once its place is.
    package static func restate(_ frame: inout [UInt8], as kind: Kind) {
        let before = headSum(of: frame[...])
        frame[7] = kind.rawValue
        let changed = before ^ headSum(of: frame[...])
        var sum: [UInt8] = []
        BigEndian.append(
            (BigEndian.read(UInt64.self, from: frame, at: 80) ?? 0)
                ^ (changed << 32 | changed >> 32), to: &sum)
        frame.replaceSubrange(80..<88, with: sum)
    }

    /// What kind of frame begins at an offset, whole or not; nil if none does.
    static func kind(in journal: [UInt8], at offset: Int) -> Kind? {
        guard journal.count - offset >= 8,
            journal[offset..<offset + 7].elementsEqual(magicStart)
        else { return nil }
        return Kind(rawValue: journal[offset + 7])
    }

    /// The frame that starts at an offset, or nil if there is none that is whole and sound.
    package init?(in journal: [UInt8], at offset: Int) {
        guard journal.count - offset >= Self.headerLength,
            let kind = Self.kind(in: journal, at: offset)
        else { return nil }
        var at = offset + 8
        func next<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type) -> Number {
            let number = BigEndian.read(Number.self, from: journal, at: at) ?? 0
            at += Number.bitWidth / 8
            return number
        }
        var header = Header(
            number: next(UInt64.self), firstIndex: LeafIndex(next(UInt64.self)))
        header.entriesOffset = next(UInt64.self)
        header.disclosuresOffset = next(UInt64.self)
        header.subjectsOffset = next(UInt64.self)
        header.periodsOffset = next(UInt64.self)
        header.entryCount = next(UInt32.self)
        header.entriesLength = next(UInt32.self)
        header.disclosuresLength = next(UInt32.self)
        header.subjectsLength = next(UInt32.self)
        header.periodsLength = next(UInt32.self)
        header.checkpointLength = next(UInt32.self)
        let stated = next(UInt64.self)
        guard journal.count - offset >= header.frameLength else { return nil }
        let bytes = journal[offset..<offset + header.frameLength]
        guard Self.checksum(of: bytes) == stated else { return nil }
        self.kind = kind
        self.header = header
        self.bytes = bytes
    }

    private static func checksum(of frame: ArraySlice<UInt8>) -> UInt64 {
        let body = frame.dropFirst(headerLength)
        let (headSum, bodySum) = (headSum(of: frame), XXH64.checksum(body.span))
        return bodySum ^ (headSum << 32 | headSum >> 32)
    }

    private static func headSum(of frame: ArraySlice<UInt8>) -> UInt64 {
        let head = frame.prefix(80)
        return XXH64.checksum(head.span)
    }

    /// Whether this frame directly follows another. Numbers alone do not tell: the number of a torn
    /// newest frame is used again, and frames that were written after it may still be in the file.
    package func follows(_ other: CommitFrame) -> Bool {
        header.number == other.header.number + 1
            && header.firstIndex.value == other.header.sizeAfter.count
    }

    /// Whether this frame can follow another in one file: it is a later one, and those in between
    /// may be in the other file.
    func comesAfter(_ other: CommitFrame) -> Bool {
        header.number > other.header.number
            && header.firstIndex.value >= other.header.sizeAfter.count
    }
}
