// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import LogReading
import Merkle
import SignedNotes
import TestSupport
import Testing

@Suite struct `A log directory seen as static tiles` {
    @Test func `is served with tiles and bundles of every width that it has had`() throws {
        let log = try LedgerLog(300)
        let tiles = try StaticLog(try LogSnapshot(directory: log.directory.path))
        let leaves = try log.leaves.map { LeafHash(of: $0) }
        for width in [1, 2, 255, 256] {
            let tile = try #require(TileCoordinate(level: .leaves, index: 0, width: width))
            #expect(
                try tiles.bytes(of: .tile(tile)) == leaves[..<width].flatMap(\.hash.bytes))
            let bundle = try #require(EntryBundleCoordinate(index: 0, width: width))
            let bytes = try #require(try tiles.bytes(of: .entries(bundle)))
            #expect(EntryFraming.scan(bytes.span).leaves.count == width)
        }
        for path in ["tile/0/001.p/48", "tile/0/002", "tile/1/000", "tile/2/000.p/1"] {
            let resource = try #require(LogResource(path: path))
            #expect(try tiles.bytes(of: resource) == nil, "\(path)")
        }
        for path in ["", "/checkpoint", "checkpoint/", "log.vkey", "tile/entries/0", "../lock"] {
            #expect(LogResource(path: path) == nil)
        }
    }

    @Test(arguments: [0, 253, 300, 520])
    func `is read in parts as it is read whole`(count: Int) throws {
        let log = try LedgerLog(count)
        let tiles = try StaticLog(try LogSnapshot(directory: log.directory.path))
        for resource in tiles.resources {
            let whole = try #require(try tiles.bytes(of: resource))
            let content = try #require(try tiles.content(of: resource))
            #expect(content.length == whole.count)
            var parts: [UInt8] = []
            for start in stride(from: 0, to: content.length, by: 1000) {
                parts += try content.bytes(start..<min(start + 1000, content.length))
            }
            #expect(parts == whole, "\(resource.path)")
        }
        let beyond = try #require(EntryBundleCoordinate(index: 3, width: 256))
        #expect(try tiles.content(of: .entries(beyond)) == nil)
    }

    @Test func `lends no tile that does not lead to the signed root`() throws {
        let log = try LedgerLog(300)
        let directory = try log.exported()
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let claim = try #require(snapshot.newest).claim
        var reader = AuthenticatedTileReader(
            size: claim.size, root: claim.root, source: TilesSource(directory: directory.path))
        let proof = try InclusionProof(index: LeafIndex(7), size: claim.size, reading: &reader)
        let leaf = LeafHash(of: try snapshot.leaf(at: LeafIndex(7)))
        #expect(proof.check(leaf, in: claim.root) == .holds)
        try directory.tamper("tile/0/000") { $0[5 * 32] ^= 1 }
        var forged = AuthenticatedTileReader(
            size: claim.size, root: claim.root, source: TilesSource(directory: directory.path))
        #expect(throws: TileReadFault<LogReadFailure>.self) {
            try InclusionProof(index: LeafIndex(7), size: claim.size, reading: &forged)
        }
    }
}

extension LedgerLog {
    /// The export of the log, as `log export --format tlog-tiles` writes it.
    fileprivate func exported() throws -> TestDirectory {
        let directory = try TestDirectory()
        let tiles = try StaticLog(try LogSnapshot(directory: self.directory.path))
        for resource in tiles.resources {
            try directory.write(try #require(try tiles.bytes(of: resource)), to: resource.path)
        }
        return directory
    }
}
