// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Names one bundle of up to 256 neighbouring log entries (C2SP tlog-tiles).
package struct EntryBundleCoordinate: Hashable, Sendable {
    /// How many bundles lie to its left.
    package let index: UInt64
    /// How many entries it has: 256, or 1 to 255 for the partial bundle at the right edge.
    package let width: Int

    package init?(index: UInt64, width: Int) {
        guard (1...TileLevel.fullWidth).contains(width) else { return nil }
        self.index = index
        self.width = width
    }

    /// The bundle of this index as it is in a log of this size, or nil where the log ends before it.
    package init?(index: UInt64, in size: TreeSize) {
        guard let tile = TileCoordinate(level: .leaves, index: index, in: size) else { return nil }
        self.index = index
        width = tile.width
    }

    package var isFull: Bool { width == TileLevel.fullWidth }

    /// The indices of its entries.
    package var leaves: Range<UInt64> {
        let first = index * UInt64(TileLevel.fullWidth)
        return first..<first + UInt64(width)
    }

    /// `tile/entries/<N>` or `tile/entries/<N>.p/<W>`.
    package var path: String { "tile/entries/" + TilePath.text(index: index, width: width) }

    /// The bundle of a text that ``path`` made, or nil for any other text.
    package init?(path: String) {
        guard let rest = TilePath.rest(of: path, after: "tile/entries/"),
            let place = TilePath.parse(rest)
        else { return nil }
        self.init(index: place.index, width: place.width)
    }

    /// All bundles of a log of this size, left to right.
    package static func all(in size: TreeSize) -> some Sequence<EntryBundleCoordinate> {
        let full = size.count / UInt64(TileLevel.fullWidth)
        return (0...full).lazy.compactMap { EntryBundleCoordinate(index: $0, in: size) }
    }
}
