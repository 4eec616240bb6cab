// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import LogFormat
internal import Merkle

extension DrillTarget {
    /// What is derived from the entries: tiles and offsets.
    func damageTree(_ table: inout DrillTable) throws {
        let tile = index / LogLayout.tileWidth
        let (leaves, nodes) = (LogLayout.tree(level: 0), LogLayout.tree(level: 1))
        func expected(
            _ kind: String, _ code: String, _ file: String, _ place: Expectation.Place
        ) -> Expectation {
            Expectation(kind: kind, code: code, file: file, place: place, exitCode: 10)
        }
        let first = Expectation.Place.record(tile * LogLayout.tileWidth)
        try drill(expected("a tile replaced", "node_not_in_tree", leaves, first), &table) {
            try $0.edit(leaves) { Self.copy(&$0, Int(tile) + 1, over: Int(tile), of: 8192) }
        }
        try drill(
            expected("a hash of an upper row replaced", "node_not_in_tree", nodes, first), &table
        ) {
            try $0.edit(nodes) { Self.copy(&$0, Int(tile) - 1, over: Int(tile), of: 32) }
        }
        for name in [leaves, nodes] {
            let kind = "bytes behind the last tile of \(name)"
            try drill(expected(kind, "trailing_bytes", name, .noRecord), &table) {
                try $0.edit(name) { $0 += [UInt8](repeating: 7, count: 32) }
            }
        }
        let offsets = LogLayout.offsets(segment)
        try drill(
            expected("an offset edited", "offsets_differ", offsets, .record(index)), &table
        ) { directory in
            try directory.edit(offsets) { $0[4 * place(index) + 3] ^= 1 }
        }
        guard hasFullSegments else { return }
        try drill(
            expected("tiles taken away", "tree_file_too_short", leaves, .record(index)), &table
        ) { directory in
            try directory.edit(leaves) { $0.removeSubrange((Int(index) * Hash256.byteCount)...) }
        }
    }

    /// Copies one piece of so many bytes over another.
    private static func copy(_ bytes: inout [UInt8], _ from: Int, over to: Int, of length: Int) {
        bytes.replaceSubrange(
            to * length..<(to + 1) * length, with: Array(bytes[from * length..<(from + 1) * length])
        )
    }
}
