// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A row of the tree that tiles keep: the roots of all perfect subtrees of 256^level leaves.
///
/// Level 0 holds the leaf hashes (C2SP tlog-tiles).
package struct TileLevel: Hashable, Comparable, Sendable {
    /// 0 to 63, as tile paths allow; a size of 64 bits fills levels 0 to 7 only.
    package let value: Int

    package init?(_ value: Int) {
        guard (0...63).contains(value) else { return nil }
        self.value = value
    }

    /// The level that holds the roots of perfect subtrees of this height, rounded down.
    package init(holdingHeight height: SubtreeHeight) { value = height.value / Self.heightStep }

    package static func < (one: Self, other: Self) -> Bool { one.value < other.value }

    /// Level 0: one hash per leaf.
    package static let leaves = TileLevel(holdingHeight: .leaf)

    /// How many rows of the tree a tile spans.
    package static let heightStep = 8

    /// How many hashes a full tile has, and how many entries a full bundle.
    package static let fullWidth = 256

    /// How many hashes of this level a tree has, full tiles and the partial one together.
    package func hashCount(in size: TreeSize) -> UInt64 {
        value < 8 ? size.count >> UInt64(value * Self.heightStep) : 0
    }

    /// The level whose hashes are the roots of this level's full tiles.
    var above: TileLevel? { TileLevel(value + 1) }
}
