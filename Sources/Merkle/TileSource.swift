// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Where tiles come from: a directory, a server, a test that forges them.
package protocol TileSource {
    associatedtype Failure: Error

    /// The bytes of a tile. A source that has only the full tile answers a request for a partial one
    /// with its beginning.
    mutating func tile(_ coordinate: TileCoordinate) throws(Failure) -> [UInt8]
}

/// Why hashes could not be read through tiles.
package enum TileReadFault<SourceFailure: Error>: Error {
    /// The source failed.
    case source(SourceFailure)
    /// The tile does not have the bytes that its width asks for.
    case wrongLength(TileCoordinate)
    /// The partial tiles at the right edge do not lead to the root: at least one is forged, or the root
    /// belongs to another tree.
    case edgeLeadsElsewhere
    /// The tile does not lead to its hash in the tile above.
    case forgedTile(TileCoordinate)
}

extension TileReadFault: Equatable where SourceFailure: Equatable {}

extension NodeHash {
    /// The hashes of a tile; the number of bytes is a multiple of 32.
    package static func row(_ bytes: [UInt8]) -> [NodeHash] {
        stride(from: 0, to: bytes.count, by: Hash256.byteCount).map { start in
            guard let hash = Hash256(bytes[start..<start + Hash256.byteCount]) else {
                preconditionFailure("TilesAreWholeHashes: a tile's length is a multiple of 32")
            }
            return NodeHash(hash)
        }
    }
}
