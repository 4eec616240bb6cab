// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import LogReading
import Merkle
import Messages
import Server

/// `countersign log snapshot`.
struct LogSnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Copy the log as it stands now, while it is in use or not.",
        discussion: """
            EXAMPLES:
              countersign log snapshot --out /backup/2026-11-21

            The copy is a log directory that verifies and that `countersign serve` opens: all records up to \
            the newest checkpoint, sealed values and their keys. It holds personal values, and is for its \
            owner only. The signing key and log.state are not in it. The folder must not exist yet.
            """)

    @Option(help: "Folder to write to.", completion: .directory)
    var out: String

    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let snapshot = try log.wholeSnapshot()
        let (out, _) = try await FreshCopy.make(self.out, as: .directory, keys: []) { folder in
            try write(snapshot, to: folder)
        }
        guard try output.isJSON else {
            return try output.messages.line("\(snapshot.size.count) records, \(out)")
        }
        try output.screen.json(
            .object([
                JSONMember("out", .string(out)),
                JSONMember("records", .integer(Int64(clamping: snapshot.size.count))),
            ]))
    }

    private func write(_ snapshot: LogSnapshot, to folder: String) throws {
        try LocalFolder.make(folder, mode: 0o700)
        var folders: Set<String> = []
        var files: Set<String> = []
        do {
            try snapshot.forEachPart { name, bytes in
                let path = LocalFile.path(of: name, in: folder)
                let above = LocalFile.folder(of: path)
                if folders.insert(above).inserted { try LocalFolder.make(above, mode: 0o700) }
                if files.insert(name).inserted {
                    try LocalFile.create(path, bytes, isSecret: true)
                } else {
                    try LocalFile.append(path, bytes)
                }
            }
        } catch let failure as LogReadFailure {
            throw CommandFailure(failure)
        }
    }
}
