// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// A file of the static layout that any log client can read (C2SP tlog-tiles).
package enum LogResource: Hashable, Sendable {
    case checkpoint
    case tile(TileCoordinate)
    case entries(EntryBundleCoordinate)

    /// The resource of a path below the log's prefix, such as `tile/0/x001/234.p/5`; nil for any
    /// other path.
    package init?(path: String) {
        if path == "checkpoint" {
            self = .checkpoint
        } else if let bundle = EntryBundleCoordinate(path: path) {
            self = .entries(bundle)
        } else if let tile = TileCoordinate(path: path) {
            self = .tile(tile)
        } else {
            return nil
        }
    }

    package var path: String {
        switch self {
        case .checkpoint: "checkpoint"
        case .tile(let tile): tile.path
        case .entries(let bundle): bundle.path
        }
    }

    /// All files of a log of this size, the checkpoint last, so that it is published after everything it
    /// covers.
    package static func all(in size: TreeSize) -> some Sequence<LogResource> {
        let bundles = EntryBundleCoordinate.all(in: size).lazy.map { LogResource.entries($0) }
        let tiles = TileCoordinate.all(in: size).lazy.map { LogResource.tile($0) }
        return [AnySequence(bundles), AnySequence(tiles), AnySequence([.checkpoint])].joined()
    }
}
