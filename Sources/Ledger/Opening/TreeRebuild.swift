// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogFormat
internal import Merkle

/// Rebuilds the derived files from the entries, from one segment on, and so learns the right edge.
///
/// Nothing is written before the entries are known to lead to the signed root: in a damaged log,
/// the stored tree shows which record was changed.
struct TreeRebuild {
    let disk: OpeningStorage
    let size: TreeSize
    /// Whether entries after the last signed one are left out, rather than the log refused.
    let allowsUnsigned: Bool
    /// What was left out.
    private(set) var unsigned: Unsigned?
    private(set) var frontier = Frontier()
    private(set) var lastLeaf = Hash256.zero
    private(set) var lastTime = UTCInstant(microseconds: 0)
    /// Bytes of entries in the segment that holds the next index.
    private(set) var entriesLength: UInt64 = 0
    private(set) var scannedSegments: Set<SegmentNumber> = []
    private(set) var rebuiltFrom: LeafIndex?
    private var newestLeaf: ArraySlice<UInt8> = []
    /// The root after each segment as read for the check.
    private var checkedRoots: [SegmentNumber: RootHash] = [:]

    /// Entries after the last signed one.
    struct Unsigned {
        let segment: SegmentNumber
        /// Where they begin in the file.
        let offset: Int
        /// Those that are whole.
        let leaves: [[UInt8]]
    }

    init(disk: OpeningStorage, size: TreeSize, allowsUnsigned: Bool) {
        self.disk = disk
        self.size = size
        self.allowsUnsigned = allowsUnsigned
    }

    /// Rebuilds from the segment of `base`; if the root is then not the signed one, from the start.
    mutating func run(from base: TreeSize, expecting root: RootHash) throws(OpenFault) {
        let last = SegmentNumber(of: LeafIndex(size.count - 1))
        let usual = min(SegmentNumber(of: base.nextIndex), last)
        var start = min(usual, try firstIncompleteSegment())
        if start < usual { rebuiltFrom = start.firstIndex }
        try hash(from: start, writing: .nothing)
        if frontier.root() != root, start.value > 0 {
            // An earlier row of the tree may be rotten; the entries decide.
            start = SegmentNumber(0)
            try hash(from: start, writing: .nothing)
            rebuiltFrom = LeafIndex(0)
        }
        guard frontier.root() == root else {
            throw OpenFault(
                .damaged,
                "The entries do not hash to the signed root of size \(size.count): something in "
                    + "segments/ was changed. Run `countersign verify` to find the record, and restore "
                    + "the log from a copy that verifies.")
        }
        // Only now is the newest leaf known to be the one that was signed.
        lastTime = try time(of: newestLeaf, index: size.count - 1)
        try hash(from: start, writing: .derivedFiles)
    }

    /// What hashing the entries leaves behind on the disk.
    private enum Writing {
        case nothing
        case derivedFiles
    }

    /// The first full segment whose root is not in `tree/2`, or whose leaf hashes are cut short.
    private func firstIncompleteSegment() throws(OpenFault) -> SegmentNumber {
        let roots = (try disk.length(of: .tree(level: 2)) ?? 0) / Hash256.byteCount
        let leaves = (try disk.length(of: .tree(level: 0)) ?? 0) / Hash256.byteCount
        let nodes = (try disk.length(of: .tree(level: 1)) ?? 0) / Hash256.byteCount
        return SegmentNumber(
            min(UInt64(roots), UInt64(leaves) / LogLayout.segmentEntries, UInt64(nodes) / 256))
    }

    private mutating func hash(
        from start: SegmentNumber, writing: Writing
    ) throws(OpenFault) {
        frontier = Frontier()
        var rows = DerivedRows()
        let roots = try disk.read(
            .tree(level: 2), from: 0, count: Int(start.value) * Hash256.byteCount)
        for place in 0..<Int(start.value) {
            let bytes = roots.dropFirst(place * Hash256.byteCount).prefix(Hash256.byteCount)
            guard let hash = Hash256(bytes) else { break }
            frontier.append(NodeHash(hash), height: .segment) { level, hash in
                // Levels up to 2 are in their files before `start`.
                if level.value > 2 { rows.append(hash, level: level.value) }
            }
        }
        if start.value > 0 { try settle(SegmentNumber(start.value - 1), writing) }
        if writing == .derivedFiles { try rows.write(to: disk, startingAt: TreeSize(0)) }
        for number in start.value...SegmentNumber(of: LeafIndex(size.count - 1)).value {
            try hash(SegmentNumber(number), writing: writing)
        }
        guard writing == .derivedFiles else { return }
        for level in 0...2 {
            let exact = Int(size.count >> UInt64(8 * level)) * Hash256.byteCount
            if let length = try disk.length(of: .tree(level: level)), length > exact {
                try disk.truncate(.tree(level: level), to: exact)
            }
        }
    }

    private mutating func hash(
        _ segment: SegmentNumber, writing: Writing
    ) throws(OpenFault) {
        var scan = SegmentScan(segment, bytes: try disk.contents(of: .entries(segment)))
        let expected = min(size, segment.fullSize).count - segment.firstIndex.value
        if allowsUnsigned, size < segment.fullSize, let rest = scan.cut(to: Int(expected)) {
            unsigned = Unsigned(segment: segment, offset: scan.end, leaves: rest)
        }
        guard !scan.isTorn, UInt64(scan.leaves.count) == expected else {
            throw OpenFault(
                .damaged,
                "\(LogLayout.entries(segment)) holds \(scan.leaves.count) whole entries"
                    + "\(scan.isTorn ? " and a torn one" : ""), \(expected) are signed. Restore the "
                    + "segment from a copy of the same log.")
        }
        var rows = DerivedRows()
        let before = frontier.size
        for place in scan.leaves.indices {
            let leaf = LeafHash(of: scan.leaf(place))
            lastLeaf = leaf.hash
            frontier.append(leaf) { level, hash in rows.append(hash, level: level.value) }
        }
        try settle(segment, writing)
        if writing == .derivedFiles {
            try rows.write(to: disk, startingAt: before)
            let offsets = scan.offsets
            try disk.write(offsets, to: .offsets(segment), at: 0)
            if let length = try disk.length(of: .offsets(segment)), length > offsets.count {
                try disk.truncate(.offsets(segment), to: offsets.count)
            }
        }
        scannedSegments.insert(segment)
        entriesLength = frontier.size == segment.fullSize ? 0 : UInt64(scan.end)
        if let leaf = scan.leaves.indices.last.map(scan.leaf) { newestLeaf = leaf }
    }

    /// What is written, and signed next, must follow from what was checked: the entries are read twice, and a failing
    /// disk reads differently each time.
    private mutating func settle(
        _ segment: SegmentNumber, _ writing: Writing
    ) throws(OpenFault) {
        switch writing {
        case .nothing: checkedRoots[segment] = frontier.root()
        case .derivedFiles:
            guard checkedRoots[segment] == frontier.root() else {
                throw .readsDiffer(LogLayout.entries(segment))
            }
        }
    }

    private func time(of leaf: ArraySlice<UInt8>, index: UInt64) throws(OpenFault) -> UTCInstant {
        let value: JSONValue
        do {
            value = try JSONParser.parse(Array(leaf), as: .canonical, deepest: 6)
        } catch {
            throw .unreadableLeaf(index)
        }
        guard let time = value[path: "written", "time"]?.string.flatMap({ UTCInstant(rfc3339: $0) })
        else { throw .unreadableLeaf(index) }
        return time
    }
}

/// Hashes for the files `tree/<level>`, gathered before they are written.
private struct DerivedRows {
    private var rows: [Int: [UInt8]] = [:]

    mutating func append(_ hash: NodeHash, level: Int) {
        hash.hash.append(to: &rows[level, default: []])
    }

    /// Writes each row from the first hash that a tree of this size does not have.
    func write(to disk: OpeningStorage, startingAt size: TreeSize) throws(OpenFault) {
        for (level, bytes) in rows.sorted(by: { $0.key < $1.key }) {
            let first = level < 8 ? size.count >> UInt64(8 * level) : 0
            try disk.write(bytes, to: .tree(level: level), at: Int(first) * Hash256.byteCount)
        }
    }
}

/// The files `tree/<level>` as a source of hashes.
struct StoredLevels: LevelSource {
    let disk: OpeningStorage

    mutating func hashes(
        level: TileLevel, first: UInt64, count: Int
    ) throws(OpenFault) -> [NodeHash] {
        let bytes = try disk.read(
            .tree(level: level.value), from: Int(first) * Hash256.byteCount,
            count: count * Hash256.byteCount)
        var hashes: [NodeHash] = []
        for start in stride(from: 0, to: bytes.count, by: Hash256.byteCount) {
            guard let hash = Hash256(bytes[start...].prefix(Hash256.byteCount)) else { break }
            hashes.append(NodeHash(hash))
        }
        guard hashes.count == count else {
            throw OpenFault(
                .damaged,
                "\(LogLayout.tree(level: level.value)) is cut short. Remove the folder tree/: "
                    + "it is made anew from the entries.")
        }
        return hashes
    }
}

extension OpenFault {
    static func readsDiffer(_ what: String) -> OpenFault {
        OpenFault(
            .storage,
            "\(what) read differently the second time: the disk or the memory is failing. Check the hardware and "
                + "the kernel log before anything is signed on it.")
    }

    static func unreadableLeaf(_ index: UInt64) -> OpenFault {
        OpenFault(
            .damaged,
            "Record \(index) is signed but is no record that this version can read. Use the version "
                + "that wrote it, or a newer one.")
    }
}
