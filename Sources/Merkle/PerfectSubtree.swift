// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How many rows a perfect subtree has above its leaves: one of height h has 2^h leaves.
package struct SubtreeHeight: Hashable, Comparable, Sendable {
    /// 0 to 63.
    package let value: Int

    package init?(_ value: Int) {
        guard (0...63).contains(value) else { return nil }
        self.value = value
    }

    init(unchecked value: Int) { self.value = value }

    package static func < (one: Self, other: Self) -> Bool { one.value < other.value }

    /// A single leaf.
    package static let leaf = SubtreeHeight(unchecked: 0)

    /// A segment of 65,536 leaves.
    package static let segment = SubtreeHeight(unchecked: 16)

    /// How many leaves are below.
    package var leafCount: UInt64 { 1 << UInt64(value) }
}

/// The place of a subtree of 2^height leaves whose first index is a multiple of that number.
///
/// Such a subtree never changes once it is complete, so its hash can be stored for good.
package struct PerfectSubtree: Hashable, Sendable {
    package let height: SubtreeHeight
    /// How many subtrees of this height lie to its left.
    package let position: UInt64

    package init(height: SubtreeHeight, position: UInt64) {
        self.height = height
        self.position = position
    }

    /// The perfect subtrees that make up the leaves `first..<end`, from left to right.
    ///
    /// For a range that occurs in a tree or a proof there are at most 64.
    package static func covering(_ leaves: Range<UInt64>) -> [PerfectSubtree] {
        var subtrees: [PerfectSubtree] = []
        var first = leaves.lowerBound
        while first < leaves.upperBound {
            let largest = 63 - (leaves.upperBound - first).leadingZeroBitCount
            let height = min(first.trailingZeroBitCount, largest)
            subtrees.append(
                PerfectSubtree(
                    height: SubtreeHeight(unchecked: height), position: first >> UInt64(height)))
            first += 1 << UInt64(height)
        }
        return subtrees
    }

    /// Whether all leaves of the subtree are in a tree of this size.
    package func isComplete(in size: TreeSize) -> Bool {
        position < size.count >> UInt64(height.value)
    }
}
