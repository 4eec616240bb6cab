// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// Reads the entries of one file in order, keeping no more than a chunk of it in memory.
///
/// Entries are framed as C2SP tlog-tiles bundles them: `u16be length ‖ leaf`.
package struct EntryStream: ~Copyable {
    /// Why no further entry could be taken.
    package enum Stop: Error, Equatable {
        /// The bytes end before the entry that begins at this offset does.
        case torn(at: Int)
        /// There are bytes after the last entry; in which file, and where they begin.
        case excess(file: String, at: Int)
        case failed(LogReadFailure)
    }

    private let source: OverlaidFile
    private let disk: KeptFile?
    private var chunk: [UInt8]
    private var filled = 0
    private var at = 0
    /// Offset in the file of the chunk's first byte.
    private var base: Int

    /// Room for several of the longest entries, and few system calls.
    package static let chunkBytes = 1 << 20

    /// - Parameter chunk: how many bytes are read at a time; more if an entry is longer.
    package init(
        _ source: OverlaidFile, from offset: Int = 0, chunk: Int = chunkBytes
    ) throws(LogReadFailure) {
        self.source = source
        disk = source.lengthOnDisk == nil ? nil : try source.opened()
        self.chunk = [UInt8](repeating: 0, count: min(chunk, max(source.length, 2)))
        base = offset
    }

    /// Where the next entry begins in the file.
    package var offset: Int { base + at }

    /// Whether there are more bytes after the entries taken, on disk or in the commit journal.
    package var hasMore: Bool { offset < max(source.length, source.lengthOnDisk ?? 0) }

    /// Calls `body` with the next `count` entries: the buffer, the leaf's place in it, and the entry's
    /// offset in the file.
    package mutating func take(
        _ count: Int, _ body: (_ buffer: [UInt8], _ leaf: Range<Int>, _ offset: Int) -> Void
    ) throws(Stop) {
        for _ in 0..<count {
            let leaf = try next()
            body(chunk, leaf, base + leaf.lowerBound - 2)
        }
    }

    /// Calls `body` with the next `count` entries, several at a time: the buffer, the leaves' places in it, and where in
    /// the file the buffer begins. An entry begins two bytes before its leaf.
    package mutating func takeBatches(
        of count: Int, _ body: (_ buffer: [UInt8], _ leaves: [Range<Int>], _ base: Int) -> Void
    ) throws(Stop) {
        var leaves: [Range<Int>] = []
        leaves.reserveCapacity(min(count, Self.batchEntries))
        var taken = 0
        while taken < count {
            // The first may bring new bytes into the buffer; the others are already there.
            leaves.append(try next())
            let most = min(count - taken, Self.batchEntries)
            while leaves.count < most, let leaf = inChunk() {
                leaves.append(leaf)
                at = leaf.upperBound
            }
            body(chunk, leaves, base)
            taken += leaves.count
            leaves.removeAll(keepingCapacity: true)
        }
    }

    /// Enough to hash side by side, and few enough to stay in the cache until they are read.
    private static let batchEntries = 128

    /// The leaf of the next entry, if it is in the chunk.
    private func inChunk() -> Range<Int>? {
        guard filled - at >= 2 else { return nil }
        let length = Int(chunk[at]) << 8 | Int(chunk[at + 1])
        return filled - at < 2 + length ? nil : at + 2..<at + 2 + length
    }

    /// Brings the next entry into the chunk and takes its leaf.
    private mutating func next() throws(Stop) -> Range<Int> {
        if filled - at < 2 { try refill(2) }
        let length = Int(chunk[at]) << 8 | Int(chunk[at + 1])
        if filled - at < 2 + length { try refill(2 + length) }
        let leaf = at + 2..<at + 2 + length
        at = leaf.upperBound
        return leaf
    }

    /// Brings at least `count` bytes into the chunk after `at`.
    private mutating func refill(_ count: Int) throws(Stop) {
        if chunk.count < count {
            chunk.append(contentsOf: repeatElement(0, count: count - chunk.count))
        }
        let rest = filled - at
        for position in 0..<rest { chunk[position] = chunk[at + position] }
        base += at
        at = 0
        filled = rest
        do throws(LogReadFailure) {
            filled += try source.read(
                disk, at: base + rest, into: &chunk, rest..<chunk.count)
        } catch {
            throw .failed(error)
        }
        guard filled >= count else { throw .torn(at: base) }
    }
}
