// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The position of a leaf in the log, counted from zero.
package struct LeafIndex: Hashable, Comparable, Sendable {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    package static func < (one: Self, other: Self) -> Bool { one.value < other.value }
}

/// How many leaves a tree has.
package struct TreeSize: Hashable, Comparable, Sendable {
    package let count: UInt64

    package init(_ count: UInt64) { self.count = count }

    package static let empty = TreeSize(0)

    package static func < (one: Self, other: Self) -> Bool { one.count < other.count }

    /// The index that the next appended leaf will have.
    package var nextIndex: LeafIndex { LeafIndex(count) }

    /// Whether a leaf of this index is in a tree of this size.
    package func contains(_ index: LeafIndex) -> Bool { index.value < count }
}
