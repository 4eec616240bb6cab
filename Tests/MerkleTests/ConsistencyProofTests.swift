// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Testing

struct ConsistencyProofTests {
    static let largest = 300

    private func proof(
        _ old: Int, _ new: Int, _ reader: inout LevelHashReader<MemoryRows>
    ) -> ConsistencyProof {
        ConsistencyProof(
            old: TreeSize(UInt64(old)), new: TreeSize(UInt64(new)), reading: &reader)
    }

    @Test func `every pair of sizes is proven, with the path of the recursive definition`() {
        let tree = ReferenceTree(count: Self.largest)
        var reader = LevelHashReader(MemoryRows(tree.leaves))
        let roots = (0...Self.largest).map(tree.root)
        // Gathered and asked for once: 45,000 expectations would take longer than what they expect.
        var wrong: [(Int, Int)] = []
        for new in 0...Self.largest {
            for old in 0...new {
                let proof = proof(old, new, &reader)
                let verdict = proof.check(old: roots[old], new: roots[new])
                if verdict != (old == 0 && new > 0 ? .vacuous : .holds) { wrong.append((old, new)) }
                if old > 0, old % 37 == new % 37, new % 5 == 0,
                    proof.path != tree.subproof(old, 0..<new, true)
                {
                    wrong.append((old, new))
                }
            }
        }
        #expect(wrong.isEmpty, "\(wrong)")
    }

    @Test(arguments: [(1, 2), (2, 3), (3, 7), (4, 8), (6, 7), (255, 257), (256, 257), (256, 300)])
    func `a proof fails for other roots, sizes and paths`(old: Int, new: Int) throws {
        let tree = ReferenceTree(count: new + 1)
        var reader = LevelHashReader(MemoryRows(tree.leaves))
        let good = proof(old, new, &reader)
        let (oldRoot, newRoot) = (tree.root(old), tree.root(new))
        #expect(good.check(old: newRoot, new: newRoot) == .rootMismatch)
        #expect(good.check(old: oldRoot, new: oldRoot) == .rootMismatch)
        #expect(good.check(old: newRoot, new: oldRoot) == .rootMismatch)
        #expect(good.check(old: oldRoot, new: tree.root(new + 1)) == .rootMismatch)
        for other in 1..<new where other != old {
            let moved = ConsistencyProof(
                old: TreeSize(UInt64(other)), new: good.new, path: good.path)
            #expect(moved.check(old: oldRoot, new: newRoot) != .holds)
        }
        let longer = ConsistencyProof(
            old: good.old, new: good.new, path: good.path + [NodeHash(.zero)])
        #expect(longer.check(old: oldRoot, new: newRoot) == .wrongLength)
        let shorter = ConsistencyProof(
            old: good.old, new: good.new, path: good.path.dropLast())
        #expect(shorter.check(old: oldRoot, new: newRoot) != .holds)
        let turned = ConsistencyProof(old: good.new, new: good.old, path: good.path)
        #expect(turned.check(old: newRoot, new: oldRoot) == .outsideTree)
        for position in good.path.indices {
            var path = good.path
            var bytes = path[position].hash.bytes
            bytes[31] ^= 1
            path[position] = NodeHash(try #require(Hash256(bytes)))
            let changed = ConsistencyProof(old: good.old, new: good.new, path: path)
            #expect(changed.check(old: oldRoot, new: newRoot) == .rootMismatch)
        }
    }

    @Test func `a tree that was changed is not consistent with what it was`() {
        let before = ReferenceTree(count: 100)
        var after = ReferenceTree(count: 200)
        after.leaves[42] = LeafHash(.zero)
        var reader = LevelHashReader(MemoryRows(after.leaves))
        let proof = proof(100, 200, &reader)
        #expect(proof.check(old: before.root(100), new: after.root(200)) == .rootMismatch)
    }

    @Test func `against the empty tree there is nothing to show, and only its own root will do`() {
        let root = ReferenceTree(count: 3).root(3)
        let proof = ConsistencyProof(old: .empty, new: TreeSize(3), path: [])
        #expect(proof.check(old: .empty, new: root) == .vacuous)
        #expect(proof.check(old: root, new: root) == .rootMismatch)
        let padded = ConsistencyProof(old: .empty, new: TreeSize(3), path: [NodeHash(.zero)])
        #expect(padded.check(old: .empty, new: root) == .wrongLength)
    }

    @Test func `numbers at the end of the range neither trap nor hold`() {
        for old in [1, 2, UInt64.max / 2, UInt64.max - 1] {
            for length in [0, 1, 64, 65, 130] {
                let proof = ConsistencyProof(
                    old: TreeSize(old), new: TreeSize(.max),
                    path: Array(repeating: NodeHash(.zero), count: length))
                #expect(proof.check(old: .empty, new: .empty) != .holds)
            }
        }
    }
}
