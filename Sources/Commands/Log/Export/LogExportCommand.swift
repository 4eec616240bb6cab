// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Disclosures
import Evidence
import LogReading
import Merkle
import Messages
import Query
import RecordForms
import Server
import Settings
import SignedNotes

/// `countersign log export`.
struct LogExportCommand: AsyncParsableCommand {
    /// Forms that a log can be exported in.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case tlogTiles = "tlog-tiles"
        case pack
        case ndjson
        case csv
        case ocsf
        case cef

        init?(argument: String) {
            guard argument != "tiles" else {
                self = .tlogTiles
                return
            }
            self.init(rawValue: argument)
        }

        /// The form of a list; nil for what is more than one.
        var list: DerivedForm? { DerivedForm(rawValue: rawValue) }
    }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Hand over records as evidence, or the log as tiles.",
        discussion: """
            EXAMPLES:
              countersign log export --out export
              countersign log export --format pack -q 'is:denied service:billing-api' --out denied.tar
              countersign log export --format pack --since 2026-10-01 --until 2026-12-31 --full-range \
            --disclose who,what --purpose 'audit 2026-Q4' --out q4
              countersign log export --format csv -q 'status:5xx' --out errors.csv

            A pack is a folder or, if its name ends in .tar, an archive that proves offline, with one public key, what it \
            holds: `countersign verify pack` or `countersign-verify pack`. The other lists are for other programs and \
            prove nothing. tlog-tiles (also: tiles) is the whole log for any C2SP client. Nothing that exists is \
            overwritten. What is not complete ends in .partial, and the same command, or --resume, goes on with it \
            after Ctrl-C, a full disk or a crash: the bytes are those of an export that nothing interrupted. Values stay withheld but for the groups that \
            --disclose names. That the configured log was exported, and by whom, is a record itself, `log.export`, made \
            before anything is written; a directory that --log names has no place for one.
            """)

    @Option(
        name: [.customShort("o"), .long],
        help: "Folder, archive (.tar, for a pack) or file to write.", completion: .file())
    var out: String

    @Option(help: "The form of the export.")
    var format: Format = .tlogTiles

    @Option(help: "Why you export, for the record of it and for the pack.")
    var purpose: String?

    @Flag(
        help: "Go on with an export to the same place that was interrupted; fail if there is none.")
    var resume = false

    @OptionGroup var selection: ExportSelection
    @OptionGroup var log: LogOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        // An export that is gone on with keeps its form.
        guard format == .tlogTiles, !resume else { return try await EvidenceExport(self).run() }
        guard selection.isEmpty else {
            throw CommandFailure(
                .usage,
                "tiles, the form where none is named, hold the whole log, and nothing chooses among their records; give --format pack for what you asked for, or ask for nothing."
            )
        }
        try await exportTiles()
    }

    /// The whole order as it was given.
    var asked: JSONValue {
        let members = selection.asked.members ?? []
        let purpose = purpose.map { [JSONMember("purpose", .string($0))] } ?? []
        return .object((members + purpose).sorted { $0.name < $1.name })
    }

    private func exportTiles() async throws {
        let log = try log.staticLog(of: log.wholeSnapshot())
        let keys = try publicKeys()
        let (out, files) = try await FreshCopy.make(self.out, as: .tiles, keys: keys) { folder in
            _ = try await record(
                QueryFacts(
                    hash: DisclosureOptions.hash(["log export", format.rawValue]),
                    rows: log.size.count, range: "0..<\(log.size.count)", purpose: purpose))
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

    /// Records that records are handed out, before they are.
    ///
    /// - Returns: nil where the log is only named as a directory.
    func record(_ facts: QueryFacts) async throws(CommandFailure) -> RecordedReading? {
        guard log.directory == nil else { return nil }
        do throws(CommandFailure) {
            return try await HostRecorder(deployment: try log.deployment.read())
                .record(.export, facts, mayOpenLog: true)
        } catch {
            throw CommandFailure(
                error.status,
                "who exports the log is recorded, and this export cannot be: \(error.message ?? "") Mend that, or name the directory with --log and the key with --key: there, nothing is recorded."
            )
        }
    }

    /// The keys that accompany the log.
    func publicKeys() throws(CommandFailure) -> [NoteVerifierKey] {
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
