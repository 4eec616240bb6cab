// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import Merkle
internal import SystemPackage

extension DrillTarget {
    /// The same log as other software reads it: static tiles and bundles.
    func damageExport(_ table: inout DrillTable) throws {
        let export = try DamagedDirectory(log.folder.appending(DrilledLog.export))
        let number = index / LogLayout.tileWidth
        let treeSize = TreeSize(size)
        guard let bundle = EntryBundleCoordinate(index: number, in: treeSize)?.path,
            let last = EntryBundleCoordinate(index: (size - 1) / LogLayout.tileWidth, in: treeSize)?
                .path,
            let tile = TileCoordinate(level: .leaves, index: number, in: treeSize)?.path,
            let other = TileCoordinate(level: .leaves, index: number + 1, in: treeSize)?.path
        else { throw DrillFault("no tile of record \(index)") }
        let tileStart = Expectation.Place.record(number * LogLayout.tileWidth)
        let place = Int(index % LogLayout.tileWidth)
        let damages:
            [(
                kind: String, code: String, file: String, Expectation.Place,
                (DamagedDirectory) throws -> Void
            )] = [
                (
                    "a byte of a record edited", "leaf_not_in_tree", bundle, .record(index),
                    {
                        try $0.edit(bundle) { bytes in
                            bytes[try Entries(bytes).all[place].endIndex - 10] ^= 1
                        }
                    }
                ),
                (
                    "a tile replaced", "node_not_in_tree", tile, tileStart,
                    { try $0.replace(tile, with: try $0.bytes(other)) }
                ),
                ("a bundle gone", "file_missing", bundle, tileStart, { try $0.setAside(bundle) }),
                (
                    "bytes behind a tile", "trailing_bytes", tile, .noRecord,
                    { try $0.edit(tile) { $0 += [1, 2, 3] } }
                ),
                (
                    "bytes behind a bundle", "trailing_bytes", bundle, .noRecord,
                    { try $0.edit(bundle) { $0 += [0, 1, 0x7B] } }
                ),
                (
                    "bytes behind the last bundle", "trailing_bytes", last, .noRecord,
                    { try $0.edit(last) { $0 += [0, 1, 0x7B] } }
                ),
                (
                    "bytes behind the checkpoint", "trailing_bytes", LogLayout.checkpoint,
                    .noRecord,
                    { try $0.edit(LogLayout.checkpoint) { $0 += [0x20, 0x0A] } }
                ),
            ]
        for (kind, code, file, place, damage) in damages {
            try damage(export)
            let report = try auditor.verify(DrilledLog.export, key: log.key)
            try export.restore()
            table.show(
                Expectation(
                    kind: "export: \(kind)", code: code, file: file, place: place, exitCode: 10),
                report)
        }
    }
}
