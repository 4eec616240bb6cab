// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Names one tile of hashes: up to 256 neighbouring hashes of one level (C2SP tlog-tiles).
package struct TileCoordinate: Hashable, Sendable {
    package let level: TileLevel
    /// How many tiles of this level lie to its left.
    package let index: UInt64
    /// How many hashes it has: 256, or 1 to 255 for the partial tile at the right edge.
    package let width: Int

    package init?(level: TileLevel, index: UInt64, width: Int) {
        guard (1...TileLevel.fullWidth).contains(width) else { return nil }
        self.init(level: level, index: index, validWidth: width)
    }

    private init(level: TileLevel, index: UInt64, validWidth: Int) {
        self.level = level
        self.index = index
        width = validWidth
    }

    /// The tile of this level and index as it is in a tree of this size, or nil where that tree has
    /// no hash for it.
    package init?(level: TileLevel, index: UInt64, in size: TreeSize) {
        let hashes = level.hashCount(in: size)
        guard index <= hashes / UInt64(TileLevel.fullWidth) else { return nil }
        let first = index * UInt64(TileLevel.fullWidth)
        self.init(level: level, index: index, width: Int(min(hashes - first, 256)))
    }

    package var isFull: Bool { width == TileLevel.fullWidth }

    /// How many bytes the tile has.
    package var byteCount: Int { width * Hash256.byteCount }

    /// `tile/<L>/<N>` or `tile/<L>/<N>.p/<W>`.
    package var path: String {
        "tile/\(level.value)/" + TilePath.text(index: index, width: width)
    }

    /// The tile of a text that ``path`` made, or nil for any other text.
    package init?(path: String) {
        guard let rest = TilePath.rest(of: path, after: "tile/"),
            let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")),
            let number = TilePath.decimal(rest[..<slash]), let level = TileLevel(Int(number)),
            let place = TilePath.parse(rest[rest.index(after: slash)...])
        else { return nil }
        self.init(level: level, index: place.index, validWidth: place.width)
    }

    /// All tiles of a tree as they are at this size: level by level, left to right.
    ///
    /// Lazily, because a tree of n leaves has about n/255 of them.
    package static func all(in size: TreeSize) -> some Sequence<TileCoordinate> {
        (0..<8).lazy.compactMap(TileLevel.init).flatMap { level in
            let full = level.hashCount(in: size) / UInt64(TileLevel.fullWidth)
            return (0...full).lazy.compactMap { TileCoordinate(level: level, index: $0, in: size) }
        }
    }
}
