// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Testing

struct InclusionProofTests {
    static let largest = 300

    @Test func `every leaf of every size has the path of the recursive definition, and it holds`() {
        let tree = ReferenceTree(count: Self.largest)
        var reader = LevelHashReader(MemoryRows(tree.leaves))
        var wrong: [(Int, Int)] = []
        for size in 1...Self.largest {
            let root = tree.root(size)
            // The recursive path costs a whole tree each; a sparse choice of indices is enough for it.
            for index in 0..<size {
                let proof = InclusionProof(
                    index: LeafIndex(UInt64(index)), size: TreeSize(UInt64(size)), reading: &reader)
                if proof.check(tree.leaves[index], in: root) != .holds {
                    wrong.append((index, size))
                }
                if index % 37 == size % 37, size % 5 == 0,
                    proof.path != tree.path(index, 0..<size)
                {
                    wrong.append((index, size))
                }
            }
        }
        #expect(wrong.isEmpty, "\(wrong)")
    }

    @Test(arguments: [1, 2, 3, 7, 8, 9, 255, 256, 257])
    func `a proof fails for any other leaf, index, size, root and path`(size: Int) throws {
        let tree = ReferenceTree(count: size + 1)
        var reader = LevelHashReader(MemoryRows(tree.leaves))
        let root = tree.root(size)
        for index in Set([0, size / 2, size - 1]) {
            let leaf = tree.leaves[index]
            let good = InclusionProof(
                index: LeafIndex(UInt64(index)), size: TreeSize(UInt64(size)), reading: &reader)
            #expect(good.check(tree.leaves[index + 1], in: root) == .rootMismatch)
            #expect(good.check(leaf, in: tree.root(size + 1)) == .rootMismatch)
            for other in 0..<size where other != index {
                let moved = InclusionProof(
                    index: LeafIndex(UInt64(other)), size: good.size, path: good.path)
                #expect(moved.check(leaf, in: root) != .holds)
            }
            let outside = InclusionProof(index: LeafIndex(UInt64(size)), size: good.size, path: [])
            #expect(outside.check(leaf, in: root) == .outsideTree)
            let longer = InclusionProof(
                index: good.index, size: good.size, path: good.path + [NodeHash(.zero)])
            #expect(longer.check(leaf, in: root) == .wrongLength)
            if !good.path.isEmpty {
                let shorter = InclusionProof(
                    index: good.index, size: good.size, path: good.path.dropLast())
                #expect(shorter.check(leaf, in: root) == .wrongLength)
            }
            for position in good.path.indices {
                var path = good.path
                var bytes = path[position].hash.bytes
                bytes[position] ^= 0x80
                path[position] = NodeHash(try #require(Hash256(bytes)))
                let changed = InclusionProof(index: good.index, size: good.size, path: path)
                #expect(changed.check(leaf, in: root) == .rootMismatch)
            }
        }
    }

    @Test func `numbers at the end of the range neither trap nor hold`() {
        let leaf = LeafHash(.zero)
        for (index, size) in [(UInt64.max, UInt64.max), (.max - 1, .max), (0, .max), (.max, 0)] {
            for length in [0, 1, 63, 64, 65] {
                let proof = InclusionProof(
                    index: LeafIndex(index), size: TreeSize(size),
                    path: Array(repeating: NodeHash(.zero), count: length))
                #expect(proof.check(leaf, in: .empty) != .holds)
            }
        }
    }
}
