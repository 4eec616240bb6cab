// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Merkle
import Testing

/// Every tree of up to 600 leaves against the recursive definition, and in it leaves and earlier trees: all 360,000 in the
/// long form, which takes minutes, and otherwise those at its edges and one in 64 of the others. Those of trees of up to
/// 300 leaves are all gone through, and checked, by the tests of proofs.
struct ExhaustiveTreeTests {
    private static let largest = 600
    private static let isLong = ProcessInfo.processInfo.environment["COUNTERSIGN_LONG_TESTS"] != nil

    /// Which of a tree's places, counted from 0, are gone through.
    private static func places(_ size: Int) -> [Int] {
        guard !isLong else { return Array(0..<size) }
        let half = tree.split(max(size, 2))
        let edges = [0, half - 1, half, size - 1]
        return Set(edges + stride(from: size % 64, to: size, by: 64)).filter {
            (0..<size).contains($0)
        }
        .sorted()
    }

    private static let tree = ReferenceTree(count: largest)
    private static let rows = MemoryRows(tree.leaves)

    @Test func `every root is that of the recursive definition`() {
        var model = RememberingTree(Self.tree)
        var frontier = Frontier()
        var reader = LevelHashReader(Self.rows)
        for size in 0...Self.largest {
            if size > 0 { frontier.append(Self.tree.leaves[size - 1]) }
            let root = size == 0 ? .empty : RootHash(model.node(0..<size))
            #expect(frontier.root() == root, "\(size)")
            #expect(reader.root(at: TreeSize(UInt64(size))) == root, "\(size)")
        }
    }

    @Test func `every inclusion path is that of the recursive definition`() {
        var model = RememberingTree(Self.tree)
        var reader = LevelHashReader(Self.rows)
        var wrong: [(Int, Int)] = []
        for size in 1...Self.largest {
            for index in Self.places(size) {
                let proof = InclusionProof(
                    index: LeafIndex(UInt64(index)), size: TreeSize(UInt64(size)), reading: &reader)
                if proof.path != model.path(index, 0..<size) { wrong.append((index, size)) }
            }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }

    @Test func `every consistency path is that of the recursive definition`() {
        var model = RememberingTree(Self.tree)
        var reader = LevelHashReader(Self.rows)
        var wrong: [(Int, Int)] = []
        for new in 1...Self.largest {
            for old in Self.places(new).map({ $0 + 1 }) {
                let proof = ConsistencyProof(
                    old: TreeSize(UInt64(old)), new: TreeSize(UInt64(new)), reading: &reader)
                if proof.path != model.subproof(old, 0..<new, true) { wrong.append((old, new)) }
            }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }
}

/// ``ReferenceTree`` with a memory: the same recursion, and no node is hashed twice.
private struct RememberingTree {
    private let tree: ReferenceTree
    private var nodes: [Range<Int>: NodeHash] = [:]

    init(_ tree: ReferenceTree) { self.tree = tree }

    /// MTH of a range that is not empty.
    mutating func node(_ range: Range<Int>) -> NodeHash {
        if let known = nodes[range] { return known }
        let node: NodeHash
        if range.count == 1 {
            node = NodeHash(tree.leaves[range.lowerBound])
        } else {
            let middle = range.lowerBound + tree.split(range.count)
            let left = self.node(range.lowerBound..<middle)
            node = NodeHash(left: left, right: self.node(middle..<range.upperBound))
        }
        nodes[range] = node
        return node
    }

    /// PATH(m, D[range]).
    mutating func path(_ index: Int, _ range: Range<Int>) -> [NodeHash] {
        guard range.count > 1 else { return [] }
        let middle = range.lowerBound + tree.split(range.count)
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        return index < middle
            ? path(index, left) + [node(right)] : path(index, right) + [node(left)]
    }

    /// SUBPROOF(m, D[range], whole), with m counted from the start of the range.
    mutating func subproof(_ old: Int, _ range: Range<Int>, _ whole: Bool) -> [NodeHash] {
        if old == range.count { return whole ? [] : [node(range)] }
        let middle = range.lowerBound + tree.split(range.count)
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        return old <= left.count
            ? subproof(old, left, whole) + [node(right)]
            : subproof(old - left.count, right, false) + [node(left)]
    }
}
