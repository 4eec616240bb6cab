// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import LogFormat
import Merkle
import SignedNotes
import Testing

/// A log directory with a few leaves and a published checkpoint, written by hand: the console reads what
/// the verifier reads, and nothing of the writer takes part.
final class SmallLog: Sendable {
    let folder: String
    let key: NoteVerifierKey
    let checkpoint: String

    /// - Parameter entries: the leaves; at most 256.
    init(_ entries: [String]) throws {
        let signer = NoteSigner(
            name: try #require(KeyName("log.example/test")), key: .init())
        key = signer.verifierKey
        let leaves = entries.map { Array($0.utf8) }
        let hashes = leaves.map { NodeHash(LeafHash(of: $0)) }
        let root = RootHash(NodeHash(joining: hashes).hash)
        let note = try Checkpoint(
            origin: LogOrigin(signer.name), size: TreeSize(UInt64(leaves.count)), root: root
        ).signed(by: [signer]).encode()
        checkpoint = String(decoding: note, as: UTF8.self)
        var framed: [UInt8] = []
        for leaf in leaves { try EntryFraming.append(to: &framed) { $0 += leaf } }
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "countersign-\(UUID().uuidString)").path
        try write(framed, to: LogLayout.entries(SegmentNumber(0)))
        try write(hashes.flatMap { $0.hash.bytes }, to: LogLayout.tree(level: 0))
        try write(note, to: LogLayout.checkpoint)
    }

    deinit {
        // A folder that cannot be removed is the system's to clean up.
        _ = Result { try FileManager.default.removeItem(atPath: folder) }
    }

    /// Writes a file, and the folders above it where they are not there.
    func write(_ bytes: [UInt8], to name: String) throws {
        let file = URL(filePath: folder).appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }
}
