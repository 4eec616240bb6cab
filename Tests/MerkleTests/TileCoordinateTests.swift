// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Testing

struct TileCoordinateTests {
    static let paths: [(Int, UInt64, Int, String)] = [
        (0, 0, 256, "tile/0/000"), (0, 5, 256, "tile/0/005"), (0, 0, 1, "tile/0/000.p/1"),
        (0, 999, 255, "tile/0/999.p/255"), (1, 1000, 256, "tile/1/x001/000"),
        (63, 1_234_067, 8, "tile/63/x001/x234/067.p/8"),
        (7, (1 << 56) - 1, 256, "tile/7/x072/x057/x594/x037/x927/935"),
    ]

    @Test(arguments: paths)
    func `coordinates and paths are each other's inverse`(
        level: Int, index: UInt64, width: Int, path: String
    ) throws {
        let tile = try #require(
            TileLevel(level).flatMap { TileCoordinate(level: $0, index: index, width: width) })
        #expect(tile.path == path)
        #expect(TileCoordinate(path: path) == tile)
        let bundle = try #require(EntryBundleCoordinate(index: index, width: width))
        let bundlePath = "tile/entries/" + path.split(separator: "/", maxSplits: 2)[2]
        #expect(bundle.path == bundlePath)
        #expect(EntryBundleCoordinate(path: bundlePath) == bundle)
    }

    @Test(arguments: [
        "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile//000",
        "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/+1/000", "/tile/0/000",
        "tile/0/000/", "tile/0/x000/000", "tile/0/x000/001", "tile/0/001/000", "tile/0/x001/x000",
        "tile/0/X001/000", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/0/000.p/1/", "tile/0/000.P/1", "tile/0/.p/1", "tile/0/000/1",
        "tile/0/000.p/1.p/1", "tile/0/ 00", "tile/0/x001.p/000", "tile/0/x1/000", "tile/0/００0",
        "tile/0/x072/x057/x594/x037/x927/936", "tile/0/x999/x999/x999/x999/x999/999",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000", "tile/0/../000", "tile/0/000\u{301}",
        "tile\u{301}/0/000", "tile/entries/000", "tile/0/000\n",
    ])
    func `other texts are no tile path`(path: String) {
        #expect(TileCoordinate(path: path) == nil)
    }

    @Test func `tiles and bundles of a size are those of the specification's examples`() {
        let none: [String] = []
        #expect(TileCoordinate.all(in: .empty).map(\.path) == none)
        #expect(TileCoordinate.all(in: TreeSize(1)).map(\.path) == ["tile/0/000.p/1"])
        #expect(
            TileCoordinate.all(in: TreeSize(256)).map(\.path) == ["tile/0/000", "tile/1/000.p/1"])
        let tiles = Array(TileCoordinate.all(in: TreeSize(70_000)))
        #expect(tiles.count == 277)
        #expect(tiles.filter { $0.level == .leaves && $0.isFull }.count == 273)
        #expect(
            tiles.suffix(4).map(\.path) == [
                "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1",
            ])
        #expect(
            EntryBundleCoordinate.all(in: TreeSize(257)).map(\.path) == [
                "tile/entries/000", "tile/entries/001.p/1",
            ])
        #expect(EntryBundleCoordinate.all(in: TreeSize(512)).map(\.leaves) == [0..<256, 256..<512])
    }

    @Test func `a tile has the width that the size gives it`() throws {
        let level = try #require(TileLevel(1))
        #expect(TileCoordinate(level: level, index: 1, in: TreeSize(70_000))?.width == 17)
        #expect(TileCoordinate(level: level, index: 0, in: TreeSize(70_000))?.width == 256)
        #expect(TileCoordinate(level: level, index: 2, in: TreeSize(70_000)) == nil)
        #expect(TileCoordinate(level: level, index: 1, in: TreeSize(65_536)) == nil)
        #expect(TileCoordinate(level: level, index: .max, in: TreeSize(.max)) == nil)
        #expect(TileCoordinate(level: .leaves, index: .max, in: TreeSize(.max)) == nil)
        #expect(TileCoordinate(level: level, index: 0, width: 0) == nil)
        #expect(TileCoordinate(level: level, index: 0, width: 257) == nil)
    }
}
