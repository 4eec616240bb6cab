// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import LedgerFiles
import LogReading
import Merkle
import Messages
import Server
import Settings
import SignedNotes

/// `countersign log export`.
struct LogExportCommand: AsyncParsableCommand {
    /// Forms that a log can be exported in.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case tlogTiles = "tlog-tiles"
    }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the log as files that any C2SP tlog-tiles client reads.",
        discussion: """
            EXAMPLES:
              countersign log export --out export
              countersign log export --format tlog-tiles --out /mnt/audit/2026-11

            The folder must not exist yet. It holds no personal values and no secret keys. That the configured \
            log was exported, and by whom, is a record itself, `log.export`; a directory that --log names has \
            no place for one.
            """)

    @Option(help: "Folder to write to.", completion: .directory)
    var out: String

    @Option(help: "The form of the export.")
    var format: Format = .tlogTiles

    @Option(help: "Why you export, for the record of it.")
    var purpose: String?

    @OptionGroup var log: LogOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let log = try log.staticLog(of: log.wholeSnapshot())
        let keys = try publicKeys()
        let (out, files) = try await FreshCopy.make(self.out, as: .tiles, keys: keys) { folder in
            try await record(log.size.count)
            return try write(log, keys: keys, to: folder)
        }
        guard try output.isJSON else {
            return try output.messages.line("\(log.size.count) records in \(files) files, \(out)")
        }
        try output.screen.json(
            .object([
                JSONMember("out", .string(out)),
                JSONMember("records", .integer(Int64(clamping: log.size.count))),
                JSONMember("files", .integer(Int64(files))),
                JSONMember("root", .string(log.checkpoint.claim.root.hash.base64)),
            ]))
    }

    /// Records that all records up to a size are handed out.
    private func record(_ size: UInt64) async throws(CommandFailure) {
        guard log.directory == nil else { return }
        let facts = QueryFacts(
            hash: DisclosureOptions.hash(["log export", format.rawValue]), rows: size,
            range: "0..<\(size)", purpose: purpose)
        do throws(CommandFailure) {
            _ = try await HostRecorder(deployment: try log.deployment.read())
                .record(.export, facts, mayOpenLog: true)
        } catch {
            throw CommandFailure(
                error.status,
                "who exports the log is recorded, and this export cannot be: \(error.message ?? "") Mend that, or name the directory with --log and the key with --key: there, nothing is recorded."
            )
        }
    }

    /// The keys that accompany the log.
    private func publicKeys() throws(CommandFailure) -> [NoteVerifierKey] {
        guard trust.key.isEmpty else {
            var keys: [NoteVerifierKey] = []
            for text in trust.key { keys += try VerifierKeyText.keys(text) }
            return keys
        }
        return try SigningKey.readPublic(try log.deployment.readLog())
    }

    private func write(
        _ log: StaticLog, keys: [NoteVerifierKey], to folder: String
    ) throws(CommandFailure) -> Int {
        try LocalFolder.make(folder)
        try LocalFile.create(
            LocalFile.path(of: "log.vkey", in: folder),
            keys.flatMap { Array(($0.text + "\n").utf8) },
            isSecret: false)
        var (files, folders): (Int, Set<String>) = (1, [])
        for resource in log.resources {
            let bytes: [UInt8]?
            do throws(LogReadFailure) {
                bytes = try log.bytes(of: resource)
            } catch {
                throw CommandFailure(error)
            }
            guard let bytes else {
                throw CommandFailure(
                    .integrityFailure,
                    "\(resource.path) is missing in the log; run `countersign verify`.")
            }
            let path = LocalFile.path(of: resource.path, in: folder)
            let above = LocalFile.folder(of: path)
            if folders.insert(above).inserted { try LocalFolder.make(above) }
            try LocalFile.create(path, bytes, isSecret: false)
            files += 1
        }
        return files
    }
}
