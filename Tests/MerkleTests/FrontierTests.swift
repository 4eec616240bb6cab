// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Testing

struct FrontierTests {
    static let largest = 300

    @Test func `roots are those of the recursive definition for every size`() {
        let tree = ReferenceTree(count: Self.largest)
        var frontier = Frontier()
        #expect(frontier.root() == .empty)
        for (count, leaf) in tree.leaves.enumerated() {
            frontier.append(leaf)
            #expect(frontier.size == TreeSize(UInt64(count + 1)))
            #expect(frontier.root() == tree.root(count + 1))
            #expect(frontier.perfectSubtrees.count == (count + 1).nonzeroBitCount)
        }
    }

    @Test func `a frontier continues from its size and hashes`() {
        let tree = ReferenceTree(count: Self.largest)
        for cut in 0...Self.largest {
            var before = Frontier()
            for leaf in tree.leaves[..<cut] { before.append(leaf) }
            var after = Frontier(size: before.size, perfectSubtrees: before.perfectSubtrees)
            #expect(after == before)
            for leaf in tree.leaves[cut...] { after?.append(leaf) }
            #expect(after?.root() == tree.root(Self.largest))
            #expect(
                Frontier(
                    size: before.size, perfectSubtrees: before.perfectSubtrees + [.init(.zero)])
                    == nil)
        }
    }

    @Test func `a frontier is read back from rows at every size`() {
        let tree = ReferenceTree(count: Self.largest)
        var reader = LevelHashReader(MemoryRows(tree.leaves))
        var frontier = Frontier()
        for leaf in tree.leaves {
            frontier.append(leaf)
            #expect(Frontier(size: frontier.size, reading: &reader) == frontier)
            #expect(reader.root(at: frontier.size) == frontier.root())
        }
    }

    @Test func `appending reports the hash of every 256 leaves once, as it is completed`() {
        let tree = ReferenceTree(count: 1024)
        var frontier = Frontier()
        var rows: [TileLevel: [NodeHash]] = [:]
        for leaf in tree.leaves { frontier.append(leaf) { rows[$0, default: []].append($1) } }
        #expect(rows.count == 2)
        #expect(rows[.leaves] == tree.leaves.map { NodeHash($0) })
        #expect(
            TileLevel(1).flatMap { rows[$0] }
                == (0..<4).map {
                    tree.node($0 * 256..<($0 + 1) * 256)
                })
    }

    @Test func `65,536 leaves complete level 2`() {
        let rows = MemoryRows((0..<65_537).map { LeafHash(of: Array(String($0).utf8)) })
        #expect(rows.rows.map(\.count) == [65_537, 256, 1, 0, 0, 0, 0, 0])
        #expect(rows.rows[2][0] == NodeHash(joining: rows.rows[1]))
        #expect(rows.rows[1][0] == NodeHash(joining: rows.rows[0][..<256]))
    }

    @Test func `whole subtrees append like their leaves`() throws {
        let tree = ReferenceTree(count: 256 * 3 + 5)
        var whole = Frontier()
        var reported: [TileLevel: [NodeHash]] = [:]
        let height = try #require(SubtreeHeight(8))
        for segment in 0..<3 {
            whole.append(tree.node(segment * 256..<(segment + 1) * 256), height: height) {
                reported[$0, default: []].append($1)
            }
        }
        for leaf in tree.leaves[768...] { whole.append(leaf) }
        #expect(whole.root() == tree.root(773))
        #expect(reported.keys.map(\.value) == [1])
    }

    @Test func `joining a row gives the root of its tree for every length`() {
        let tree = ReferenceTree(count: 130)
        for count in 1...130 {
            let row = tree.leaves[..<count].map { NodeHash($0) }
            #expect(RootHash(NodeHash(joining: row)) == tree.root(count))
        }
    }
}
