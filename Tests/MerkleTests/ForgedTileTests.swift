// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Testing

/// Every tile that a proof is made from, forged in every way: none is believed.
struct ForgedTileTests {
    enum Forgery: CaseIterable, Sendable {
        case firstByte
        case middleByte
        case lastByte
        /// Two neighbouring hashes change places.
        case swapped
        /// The tile of another tree at the same place.
        case ofAnotherTree
        /// Zeros where hashes were.
        case zeros
        case oneHashLess
        case oneHashMore
        case trailingByte
        case empty

        /// The tile with this done to it; nil where that changes nothing.
        func forge(_ tile: [UInt8], other: [UInt8]) -> [UInt8]? {
            var tile = tile
            switch self {
            case .firstByte: tile[0] ^= 0x80
            case .middleByte: tile[tile.count / 2] ^= 0x01
            case .lastByte: tile[tile.count - 1] ^= 0x01
            case .swapped:
                guard tile.count >= 64 else { return nil }
                tile = Array(tile[32..<64]) + tile[0..<32] + tile[64...]
            case .ofAnotherTree: tile = other
            case .zeros: tile = [UInt8](repeating: 0, count: tile.count)
            case .oneHashLess: tile.removeLast(32)
            case .oneHashMore: tile += [UInt8](repeating: 7, count: 32)
            case .trailingByte: tile.append(0)
            case .empty: tile = []
            }
            return tile
        }
    }

    private struct ForgedTiles: TileSource {
        var tiles: MemoryTiles
        var others: MemoryTiles
        var target: (tile: TileCoordinate, forgery: Forgery)?

        mutating func tile(_ coordinate: TileCoordinate) -> [UInt8] {
            let tile = tiles.tile(coordinate)
            guard let target, target.tile == coordinate else { return tile }
            return target.forgery.forge(tile, other: others.tile(coordinate)) ?? tile
        }
    }

    /// What is read through tiles: proofs that between them touch the first tiles, the last, and those between.
    private static func read(
        _ rows: MemoryRows, _ others: MemoryRows, _ proof: Int,
        forging target: (tile: TileCoordinate, forgery: Forgery)?
    ) throws(TileReadFault<Never>) -> [TileCoordinate] {
        let size = rows.frontier.size
        var reader = AuthenticatedTileReader(
            size: size, root: rows.frontier.root(),
            source: ForgedTiles(
                tiles: MemoryTiles(rows: rows), others: MemoryTiles(rows: others), target: target))
        let last = size.count - 1
        switch proof {
        case 0...3:
            let index = [0, 255, 256, last][proof]
            _ = try InclusionProof(index: LeafIndex(index), size: size, reading: &reader)
        case 4: _ = try ConsistencyProof(old: TreeSize(257), new: size, reading: &reader)
        default: _ = try reader.root(at: TreeSize(last))
        }
        return reader.source.tiles.fetched
    }

    /// The sizes at which older readers of such tiles believed forged ones (CVE-2026-56865), and one of three levels.
    @Test(arguments: [259, 300, 70_000])
    func `no forged tile of any proof is believed`(size: Int) throws {
        func rows(_ name: String) -> MemoryRows {
            MemoryRows((0..<size).map { LeafHash(of: Array("\(name) \($0)".utf8)) })
        }
        let (real, other) = (rows("real"), rows("other"))
        var forged = 0
        for proof in 0...5 {
            let fetched = try Self.read(real, other, proof, forging: nil)
            #expect(!fetched.isEmpty)
            for tile in fetched {
                for forgery in Forgery.allCases {
                    if forgery == .swapped, tile.width < 2 { continue }
                    forged += 1
                    #expect(
                        throws: TileReadFault<Never>.self,
                        "\(tile.path), \(forgery), was believed by proof \(proof)"
                    ) { try Self.read(real, other, proof, forging: (tile, forgery)) }
                }
            }
        }
        #expect(forged > 100)
    }
}
