// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Evidence
import Glibc
import LogReading
import Merkle
import Messages
import Policy
import Query
import Server
import Settings
import SignedNotes
import SystemPackage
import Verification

/// One export of records: what was asked for made into an order, recorded, written under another name, checked, and only
/// then given its own.
struct EvidenceExport {
    private let command: LogExportCommand
    private let selection: ExportSelection
    private let snapshot: LogSnapshot
    private let checkpoint: UnverifiedCheckpoint
    private let order: EvidenceOrder

    init(_ command: LogExportCommand) throws {
        self.command = command
        selection = command.selection
        snapshot = try command.log.snapshot()
        guard let checkpoint = EvidenceSource.checkpoint(of: snapshot, size: selection.size) else {
            throw CommandFailure(
                .notFound,
                selection.size.map {
                    "no checkpoint of size \($0) was published; `countersign checkpoint show` and the manifests of earlier packs name such sizes."
                } ?? "the log has no readable checkpoint; `countersign verify` says why.")
        }
        self.checkpoint = checkpoint
        let groups = try selection.groups()
        let query = try selection.records()
        guard command.purpose != nil || groups.isEmpty && query.personalGroups.isEmpty else {
            throw CommandFailure(
                .usage,
                "this export opens personal values, so say why: --purpose 'audit 2026-Q4'.")
        }
        let time = try selection.time()
        order = EvidenceOrder(
            query: query, range: try selection.range(in: checkpoint.claim.size.count),
            isFullRange: selection.fullRange, groups: groups,
            request: EvidenceOrder.Request(
                uid: try selection.identifier(at: time), by: selection.requester,
                purpose: command.purpose, time: time),
            zone: try selection.asked.times.clock().zone,
            command: Self.text(command, query, checkpoint.claim.size.count))
    }

    /// The command that asks for the same of the same size of the log, with times as moments.
    private static func text(
        _ command: LogExportCommand, _ query: RecordQuery, _ size: UInt64
    ) -> String {
        let selection = command.selection
        var words = ["countersign log export --format \(command.format.rawValue)"]
        if query.expression != .everything {
            words.append("-q '\(query.text.replacing("'", with: "'\\''"))'")
        }
        words.append("--size \(size)")
        // Times are moments here; the zone stands in the manifest.
        if let offset = selection.asked.times.utcOffset { words.append("--utc-offset \(offset)") }
        if let first = selection.first { words.append("--first \(first)") }
        if let last = selection.last { words.append("--last \(last)") }
        if selection.fullRange { words.append("--full-range") }
        if let groups = selection.disclose { words.append("--disclose \(groups)") }
        return (words + ["--out NEW"]).joined(separator: " ")
    }

    // MARK: Targets

    func pack() async throws {
        let out = try fresh(command.out)
        let partial = out + ".partial"
        let source = try source()
        try await record()
        var values = try reader()
        do {
            try LocalFolder.make(partial, mode: order.groups.isEmpty ? 0o755 : 0o700)
            let progress = ProgressLine(CommandContext.current.messages)
            let summary = try failing { () throws(EvidenceFailure) in
                var writer = PackWriter(order, source, to: FilePath(partial))
                return try writer.write(&values) { progress.show($0) }
            }
            progress.clear()
            try check(partial, source.keys)
            if out.hasSuffix(".tar") {
                try failing { () throws(EvidenceFailure) in
                    try PackArchive.write(
                        summary.files, to: FilePath(partial + ".tar"),
                        isPrivate: !order.groups.isEmpty)
                }
                try rename(partial + ".tar", to: out)
                try LocalFolder.remove(partial)
            } else {
                try rename(partial, to: out)
            }
            try tell(summary, out)
        } catch {
            try LocalFolder.removeIfAny(partial)
            try LocalFolder.removeIfAny(partial + ".tar")
            throw error
        }
    }

    func list() async throws {
        guard let form = command.format.list else { return }
        let out = try fresh(command.out)
        let source = try source()
        try await record()
        var values = try reader()
        let names = ListNames(out)
        do {
            let progress = ProgressLine(CommandContext.current.messages)
            let (files, scan) = try failing { () throws(EvidenceFailure) in
                var writer = ListWriter(order, source, form)
                let files = try writer.write(
                    &values, isMarked: !selection.isWithoutMark,
                    rowsInPart: PackFormat.rowsInPart, name: { names.partial($0) }
                ) {
                    progress.show($0)
                }
                return (files, writer)
            }
            progress.clear()
            for part in 1...files { try rename(names.partial(part).string, to: names.name(part)) }
            try tell(scan, files, out)
        } catch {
            var part = 1
            while LocalFile.exists(names.partial(part).string) {
                try LocalFolder.removeIfAny(names.partial(part).string)
                part += 1
            }
            throw error
        }
    }

    /// A name that nothing has yet, and no export that was cut short.
    private func fresh(_ name: String) throws(CommandFailure) -> String {
        var path = Substring(name)
        while path.count > 1, path.last == "/" { path.removeLast() }
        let out = String(path)
        for taken in [out, out + ".partial", out + ".partial.tar"] where LocalFile.exists(taken) {
            throw CommandFailure(
                .failure,
                taken == out
                    ? "\(out) exists already; name something that does not."
                    : "\(taken) is left over from an export that was cut short, or is being written; remove it if nobody writes it."
            )
        }
        return out
    }

    private func rename(_ old: String, to new: String) throws(CommandFailure) {
        // Safe: the call reads both paths while it runs, and keeps nothing.
        guard unsafe Glibc.rename(old, new) == 0 else {
            throw CommandFailure(
                .failure, "\(new) cannot be made: \(describing: Errno(rawValue: errno)).")
        }
    }

    // MARK: Sources

    private func source() throws -> EvidenceSource {
        let isConfigured = command.log.directory == nil || command.log.deployment.config != nil
        let deployment = isConfigured ? try command.log.deployment.read() : nil
        var policies: [String: [UInt8]] = [:]
        if let rulebook = deployment?.rulebook { policies[rulebook.version] = rulebook.text }
        for file in selection.rules {
            policies.merge(try KnownRules.texts(in: file)) { one, _ in one }
        }
        let isKnown = isConfigured || !command.trust.key.isEmpty
        guard isKnown || command.format != .pack else {
            throw CommandFailure(
                .usage,
                "a pack names the log's public key: give it with --key, or its configuration with -c."
            )
        }
        return EvidenceSource(
            snapshot: snapshot, checkpoint: checkpoint,
            keys: try isKnown ? command.publicKeys() : [],
            signers: try deployment.map { try SigningKey.read($0.settings.log) } ?? [],
            remembered: try selection.remembered.map { try Self.remembered($0) },
            policies: policies, configuration: deployment?.configHash)
    }

    private static func remembered(_ path: String) throws(CommandFailure) -> UnverifiedCheckpoint {
        let bytes = try LocalFile.required(path, most: SignedNote.mostBytes)
        do throws(CheckpointReadFault) {
            return try UnverifiedCheckpoint(bytes)
        } catch {
            throw CommandFailure(
                .usage, "\(path) is no checkpoint (\(describing: error)). Give a file with one.")
        }
    }

    /// Values are opened for the configured log alone, whose reading was recorded.
    private func reader() throws -> ValueReader {
        let opens = !order.groups.isEmpty || !order.query.personalGroups.isEmpty
        guard opens else { return ValueReader(sealing: snapshot) }
        guard command.log.directory == nil else {
            throw CommandFailure(
                .usage,
                "values of a log that --log names stay sealed: nothing could record the reading. Name its configuration with -c instead."
            )
        }
        let hasKeys: Bool
        do throws(LogReadFailure) {
            hasKeys = try snapshot.hasKeys()
        } catch {
            throw CommandFailure(error)
        }
        guard hasKeys else {
            throw CommandFailure(
                .notPermitted,
                "the log's keys are not here, so no values can be opened; leave out --disclose, and terms of personal values."
            )
        }
        return ValueReader(opening: snapshot)
    }

    private func record() async throws {
        let range = order.range ?? 0..<checkpoint.claim.size.count
        try await command.record(
            QueryFacts(
                hash: order.query.hash, rows: nil,
                range: "\(range.lowerBound)..<\(range.upperBound)", purpose: command.purpose,
                about: order.query.soleSubject))
    }

    /// What is handed on was judged as its receiver will judge it.
    private func check(_ folder: String, _ keys: [NoteVerifierKey]) throws(CommandFailure) {
        let request = PackRequest(
            path: FilePath(folder), keys: keys.map(\.text), policyFile: nil, stateFile: nil,
            requiredWitnesses: 0)
        let report: PackReport
        do throws(VerificationFault) {
            report = try request.run { _ in }
        } catch {
            throw CommandFailure(error)
        }
        guard
            let finding = report.findings.first(where: {
                $0.kind != .notCovered && $0.kind != .absent
            })
        else { return }
        throw CommandFailure(
            .integrityFailure,
            "the pack does not verify, and is not handed over: \(finding.text). `countersign verify` says what was changed."
        )
    }

    private func failing<Told>(
        _ work: () throws(EvidenceFailure) -> Told
    ) throws(CommandFailure) -> Told {
        do throws(EvidenceFailure) {
            return try work()
        } catch {
            switch error {
            case .reading(let failure): throw CommandFailure(failure)
            case .notAsSigned: throw CommandFailure(.integrityFailure, "\(error.message)")
            case .notContinued: throw CommandFailure(.usage, "\(error.message)")
            case .writing, .notARecord, .tooLargeForArchive, .unsigned:
                throw CommandFailure(.failure, "\(error.message)")
            }
        }
    }

    // MARK: Telling

    private func tell(_ summary: PackWriter.Summary, _ out: String) throws {
        let claim = checkpoint.claim
        if let times = try selection.asked.times.shown(order.query) {
            try command.output.messages.line(times)
        }
        if summary.undecided > 0 {
            try command.output.messages.line(
                NothingFound.undecided(Int(clamping: summary.undecided)))
        }
        guard try command.output.isJSON else {
            if !summary.isSigned {
                try command.output.messages.line(
                    "nobody signed the manifest: the log's key is not here (name its configuration with -c)"
                )
            }
            return try command.output.messages.line(
                "\(summary.records) of \(claim.size.count) records, \(summary.matches) match, \(out); manifest sha256:\(summary.manifest)"
            )
        }
        try command.output.screen.json(
            .object([
                JSONMember("out", .string(out)),
                JSONMember("records", .integer(Int64(clamping: summary.records))),
                JSONMember("matches", .integer(Int64(clamping: summary.matches))),
                JSONMember("undecided", .integer(Int64(clamping: summary.undecided))),
                JSONMember("first", .integer(Int64(clamping: summary.range.lowerBound))),
                JSONMember("end", .integer(Int64(clamping: summary.range.upperBound))),
                JSONMember("size", .integer(Int64(clamping: claim.size.count))),
                JSONMember("root", .string(claim.root.hash.base64)),
                JSONMember("content", .string(summary.content)),
                JSONMember("manifest", .string(summary.manifest)),
                JSONMember("signed", .bool(summary.isSigned)),
            ]))
    }

    private func tell(_ list: ListWriter, _ files: Int, _ out: String) throws {
        if let times = try selection.asked.times.shown(order.query) {
            try command.output.messages.line(times)
        }
        if list.undecided > 0 {
            try command.output.messages.line(NothingFound.undecided(Int(clamping: list.undecided)))
        }
        guard try command.output.isJSON else {
            return try command.output.messages.line(
                "\(list.records) records\(files > 1 ? " in \(files) files" : ""), \(out)")
        }
        try command.output.screen.json(
            .object([
                JSONMember("out", .string(out)), JSONMember("files", .integer(Int64(files))),
                JSONMember("records", .integer(Int64(clamping: list.records))),
                JSONMember("undecided", .integer(Int64(clamping: list.undecided))),
            ]))
    }
}

/// The names of a list's files: one, and numbers before the ending for further parts.
struct ListNames: Sendable {
    private let out: String

    init(_ out: String) { self.out = out }

    func name(_ part: Int) -> String {
        guard part > 1 else { return out }
        let path = FilePath(out)
        guard let ending = path.extension else { return "\(out)-\(part)" }
        return "\(out.dropLast(ending.count + 1))-\(part).\(ending)"
    }

    func partial(_ part: Int) -> FilePath { FilePath(name(part) + ".partial") }
}
