// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import SystemPackage

/// Tiles of a static tlog-tiles directory, for ``Merkle/AuthenticatedTileReader``.
package struct TilesSource: TileSource {
    private let directory: FilePath

    package init(directory: FilePath) { self.directory = directory }

    package func tile(_ coordinate: TileCoordinate) throws(LogReadFailure) -> [UInt8] {
        let path = directory.appending(coordinate.path)
        if let bytes = try ReadableFile.contents(ifAny: path) { return bytes }
        guard !coordinate.isFull,
            let full = TileCoordinate(
                level: coordinate.level, index: coordinate.index, width: TileLevel.fullWidth),
            let bytes = try ReadableFile.contents(ifAny: directory.appending(full.path))
        else { throw LogReadFailure(.missing, path) }
        return Array(bytes.prefix(coordinate.byteCount))
    }
}
