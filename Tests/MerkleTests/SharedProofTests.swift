// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Testing

@Suite struct `One proof for several leaves` {
    private struct Lists: SharedProofSource {
        var leaves: [(index: LeafIndex, hash: LeafHash)]
        var hashes: [NodeHash]

        mutating func nextLeaf() throws(Never) -> (index: LeafIndex, hash: LeafHash)? {
            leaves.isEmpty ? nil : leaves.removeFirst()
        }

        mutating func nextHash() throws(Never) -> NodeHash? {
            hashes.isEmpty ? nil : hashes.removeFirst()
        }
    }

    private static func leaf(_ index: UInt64) -> LeafHash {
        LeafHash(of: Array("leaf \(index)".utf8))
    }

    private static func tree(_ size: UInt64) -> Frontier {
        var tree = Frontier()
        for index in 0..<size { tree.append(leaf(index)) }
        return tree
    }

    private static func proof(_ size: UInt64, _ taken: Set<UInt64>) -> (Lists, RootHash) {
        var builder = SharedProofBuilder()
        var hashes: [NodeHash] = []
        for index in 0..<size {
            builder.append(leaf(index), isTaken: taken.contains(index)) { hashes.append($0) }
        }
        let root = builder.finish { hashes.append($0) }
        let leaves = taken.sorted().map { (index: LeafIndex($0), hash: leaf($0)) }
        return (Lists(leaves: leaves, hashes: hashes), root)
    }

    @Test func `leads from every choice of leaves of every small tree to its root`() throws {
        for size in 0...9 as ClosedRange<UInt64> {
            let root = Self.tree(size).root()
            for choice in 0..<(1 << size) {
                let taken = Set((0..<size).filter { choice >> $0 & 1 == 1 })
                var (lists, built) = Self.proof(size, taken)
                #expect(built == root)
                #expect(try SharedProof.root(of: TreeSize(size), reading: &lists) == root)
            }
        }
    }

    @Test func `of one leaf has the hashes of its inclusion proof`() throws {
        for size in [1, 2, 7, 64, 100] as [UInt64] {
            for index in 0..<size {
                let (lists, root) = Self.proof(size, [index])
                var sorted = lists
                #expect(try SharedProof.root(of: TreeSize(size), reading: &sorted) == root)
                #expect(lists.hashes.count <= 7)
            }
        }
    }

    @Test func `skips subtrees whose hashes are stored`() throws {
        let (size, range) = (1000 as UInt64, 300..<420 as Range<UInt64>)
        var builder = SharedProofBuilder()
        var hashes: [NodeHash] = []
        func skip(_ leaves: Range<UInt64>) {
            for subtree in PerfectSubtree.covering(leaves) {
                let first = subtree.position << UInt64(subtree.height.value)
                var part = Frontier()
                for index in first..<first + subtree.height.leafCount {
                    part.append(Self.leaf(index))
                }
                builder.skip(subtree, NodeHash(part.root().hash)) { hashes.append($0) }
            }
        }
        skip(0..<range.lowerBound)
        for index in range {
            builder.append(Self.leaf(index), isTaken: true) { hashes.append($0) }
        }
        skip(range.upperBound..<size)
        let root = builder.finish { hashes.append($0) }
        #expect(root == Self.tree(size).root())
        #expect(hashes == Self.proof(size, Set(range)).0.hashes)
        #expect(hashes.count <= 20)
    }

    @Test func `fails with a hash or leaf too few, too many or out of place`() throws {
        let (lists, root) = Self.proof(20, [3, 4, 11])
        func fails(_ change: (inout Lists) -> Void) {
            var changed = lists
            change(&changed)
            let result = Result(catching: { () throws(SharedProof.Fault<Never>) in
                try SharedProof.root(of: TreeSize(20), reading: &changed)
            })
            if case .success(let other) = result { #expect(other != root) }
        }
        for place in lists.hashes.indices {
            fails { $0.hashes.remove(at: place) }
            fails { $0.hashes.insert(lists.hashes[0], at: place) }
            fails { $0.hashes[place] = NodeHash(Self.leaf(99)) }
        }
        fails { $0.hashes.append(lists.hashes[0]) }
        for place in lists.leaves.indices {
            fails { $0.leaves.remove(at: place) }
            fails { $0.leaves[place].hash = Self.leaf(99) }
            fails { $0.leaves[place].index = LeafIndex(19) }
            fails { $0.leaves.swapAt(place, (place + 1) % 3) }
        }
        fails { $0.leaves.append((LeafIndex(20), Self.leaf(20))) }
    }
}
