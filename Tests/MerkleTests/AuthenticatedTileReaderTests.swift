// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Testing

struct AuthenticatedTileReaderTests {
    /// What reading comes to when one byte of a tile is flipped.
    private func read(
        _ subtrees: [PerfectSubtree], _ rows: MemoryRows, forging tile: TileCoordinate?,
        byte: Int = 0
    ) -> Result<[NodeHash], TileReadFault<Never>> {
        var reader = AuthenticatedTileReader(
            size: rows.frontier.size, root: rows.frontier.root(),
            source: MemoryTiles(rows: rows, forged: tile.map { ($0, byte) }))
        do throws(TileReadFault<Never>) {
            return .success(try reader.hashes(of: subtrees))
        } catch {
            return .failure(error)
        }
    }

    private func rows(_ size: Int) -> MemoryRows {
        MemoryRows((0..<size).map { LeafHash(of: Array(String($0).utf8)) })
    }

    /// The named sizes are those at which older readers believed forged tiles (CVE-2026-56865).
    @Test(arguments: [1, 255, 256, 257, 259, 300, 512, 65_535, 65_536, 65_537, 70_000])
    func `no tile is believed when one byte of it is flipped`(size: Int) {
        let rows = rows(size)
        for tile in TileCoordinate.all(in: rows.frontier.size) {
            // Ask for a hash that lies in the forged tile itself, in its first and in its last slot.
            for slot in Set([0, tile.width - 1]) {
                guard let height = SubtreeHeight(tile.level.value * 8) else { continue }
                let wanted = PerfectSubtree(
                    height: height, position: tile.index * 256 + UInt64(slot))
                for byte in [slot * 32, tile.byteCount - 1] {
                    switch read([wanted], rows, forging: tile, byte: byte) {
                    case .success: Issue.record("\(tile.path) was believed")
                    case .failure(let fault):
                        #expect(fault == (tile.isFull ? .forgedTile(tile) : .edgeLeadsElsewhere))
                    }
                }
            }
        }
    }

    @Test(arguments: [1, 2, 255, 256, 257, 300, 700])
    func `what is read is what was stored, for subtrees of every height`(size: Int) {
        let rows = rows(size)
        var plain = LevelHashReader(rows)
        var wanted: [PerfectSubtree] = []
        for height in (0...9).compactMap(SubtreeHeight.init) {
            let count = UInt64(size) >> UInt64(height.value)
            wanted += (0..<count).map { PerfectSubtree(height: height, position: $0) }
        }
        #expect(read(wanted, rows, forging: nil) == .success(plain.hashes(of: wanted)))
    }

    @Test func `each tile is fetched once`() throws {
        let rows = rows(70_000)
        var reader = AuthenticatedTileReader(
            size: rows.frontier.size, root: rows.frontier.root(), source: MemoryTiles(rows: rows))
        for index in [0, 1, 255, 256, 65_535, 65_536, 69_999] as [UInt64] {
            let leaf = LeafHash(rows.rows[0][Int(index)].hash)
            let proof = try InclusionProof(
                index: LeafIndex(index), size: reader.size, reading: &reader)
            #expect(proof.check(leaf, in: reader.root) == .holds)
        }
        #expect(Set(reader.source.fetched).count == reader.source.fetched.count)
        let consistency = try ConsistencyProof(
            old: TreeSize(65_537), new: reader.size, reading: &reader)
        #expect(
            consistency.check(old: try reader.root(at: TreeSize(65_537)), new: reader.root)
                == .holds)
    }

    @Test func `another root, a short tile and a long tile are refused`() {
        struct Cut: TileSource {
            var bytes: Int
            func tile(_ coordinate: TileCoordinate) -> [UInt8] { Array(repeating: 0, count: bytes) }
        }
        let leaf = PerfectSubtree(height: .leaf, position: 0)
        var other = AuthenticatedTileReader(
            size: TreeSize(300), root: .empty, source: MemoryTiles(rows: rows(300)))
        #expect(throws: TileReadFault<Never>.edgeLeadsElsewhere) { try other.hashes(of: [leaf]) }
        for bytes in [0, 31, 33, 64] {
            var reader = AuthenticatedTileReader(
                size: TreeSize(1), root: .empty, source: Cut(bytes: bytes))
            #expect(throws: TileReadFault<Never>.self) { try reader.hashes(of: [leaf]) }
        }
    }

    @Test func `the empty tree needs no tile and has one root only`() throws {
        var empty = AuthenticatedTileReader(
            size: .empty, root: .empty, source: MemoryTiles(rows: rows(0)))
        #expect(try empty.hashes(of: []).isEmpty)
        var wrong = AuthenticatedTileReader(
            size: .empty, root: RootHash(.zero), source: MemoryTiles(rows: rows(0)))
        #expect(throws: TileReadFault<Never>.edgeLeadsElsewhere) { try wrong.hashes(of: []) }
    }
}
