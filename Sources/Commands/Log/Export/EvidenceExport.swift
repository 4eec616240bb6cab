// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Evidence
import Glibc
import LogReading
import Merkle
import Messages
import Query
import RecordForms
import Server
import SignedNotes
import SystemPackage
import Verification

/// One export of records: what was asked for made into an order, recorded, written in a place of its own, checked, and
/// only then given its name. What an interrupted one left is gone on with.
struct EvidenceExport {
    let command: LogExportCommand
    let selection: ExportSelection
    let snapshot: LogSnapshot
    let checkpoint: UnverifiedCheckpoint
    var order: EvidenceOrder
    let form: LogExportCommand.Format
    let out: String
    /// The order in the words of whoever gave it.
    let asked: JSONValue
    /// What an interrupted export left; nil for a new one.
    let left: ExportPlace?

    private var partial: String { out + ".partial" }

    init(_ command: LogExportCommand) throws {
        self.command = command
        selection = command.selection
        out = try Self.fresh(command.out)
        left = try Self.left(at: out + ".partial", command)
        snapshot = try command.log.snapshot()
        checkpoint = try Self.checkpoint(of: snapshot, left, command.selection)
        if let ticket = left?.ticket {
            (order, asked) = (ticket.order, ticket.asked)
            form = try Self.form(of: ticket, checkpoint, out)
        } else {
            let isKept: Bool
            do throws(LogReadFailure) {
                isKept = try snapshot.keeps(checkpoint)
            } catch {
                throw CommandFailure(error)
            }
            order = try Self.order(command, checkpoint.claim.size.count, isKept: isKept)
            asked = command.asked
            form = command.format
        }
    }

    /// A name that nothing has yet.
    private static func fresh(_ name: String) throws(CommandFailure) -> String {
        var path = Substring(name)
        while path.count > 1, path.last == "/" { path.removeLast() }
        let out = String(path)
        guard !LocalFile.exists(out) else {
            throw CommandFailure(
                .failure, "\(out) exists already; name something that does not.")
        }
        return out
    }

    // MARK: Going on

    /// What an interrupted export left, if it was of the same order.
    private static func left(
        at partial: String, _ command: LogExportCommand
    ) throws(CommandFailure) -> ExportPlace? {
        guard LocalFile.exists(partial) else {
            guard !command.resume else {
                throw CommandFailure(
                    .notFound,
                    "there is no \(partial) to go on with; leave --resume out to begin.")
            }
            return nil
        }
        let place = try failing { () throws(EvidenceFailure) in
            try ExportPlace(resuming: FilePath(partial))
        }
        let ticket = place.ticket
        let isSame = ticket.asked == command.asked && ticket.form == command.format.rawValue
        let isPlain = command.selection.isEmpty && command.purpose == nil
        guard isSame || command.resume && isPlain else {
            throw CommandFailure(
                .usage,
                "\(partial) is of another order: \(ticket.form) of `\(ticket.order.query.text)` at \(ticket.size) records. --resume --out alone goes on with that; otherwise remove it, or name another place."
            )
        }
        return place
    }

    private static func form(
        of ticket: ExportTicket, _ checkpoint: UnverifiedCheckpoint, _ out: String
    ) throws(CommandFailure) -> LogExportCommand.Format {
        let claim = checkpoint.claim
        guard let form = LogExportCommand.Format(rawValue: ticket.form),
            ticket.origin == claim.origin.text, ticket.root == claim.root
        else { throw other(ticket, out + ".partial") }
        return form
    }

    // MARK: The order

    /// - Parameter isKept: whether the log has the size's checkpoint for good.
    private static func order(
        _ command: LogExportCommand, _ size: UInt64, isKept: Bool
    ) throws -> EvidenceOrder {
        let selection = command.selection
        guard selection.remembered == nil || command.format == .pack else {
            throw CommandFailure(
                .usage,
                "only a pack proves that the log continues something; give --format pack, or leave --remembered out."
            )
        }
        let groups = try selection.groups()
        let query = try selection.records()
        let unit: EvidenceOrder.Unit = selection.unit == .access ? .access : .record
        // What a log that --log names keeps sealed is not opened by a query either.
        let opensForQuery = command.log.directory == nil && !query.personalGroups.isEmpty
        guard command.purpose != nil || groups.isEmpty && !opensForQuery else {
            throw CommandFailure(
                .usage,
                "this export opens personal values, so say why: --purpose 'audit 2026-Q4'.")
        }
        let time = try selection.time()
        var order = EvidenceOrder(
            query: query, range: try selection.range(in: size),
            isFullRange: selection.fullRange, groups: groups,
            request: EvidenceOrder.Request(
                uid: try selection.identifier(at: time), by: selection.requester,
                purpose: command.purpose, time: time),
            zone: try selection.query.times.clock().zone,
            command: EvidenceOrder.command(
                form: command.format.rawValue, query, unit, size: isKept ? size : nil,
                isContinued: selection.remembered != nil, offset: selection.query.times.utcOffset,
                first: selection.first,
                last: selection.last, isFullRange: selection.fullRange,
                disclosed: selection.disclose, purpose: command.purpose))
        order.unit = unit
        return order
    }

    // MARK: Writing

    func run() async throws {
        let source = try source(asked["rules"]?.array)
        try await recorded().write(source)
    }

    private func write(_ source: EvidenceSource) throws {
        var values = try reader()
        let place = try place(source)
        if let form = form.list {
            try list(form, source, &values, place)
        } else {
            try pack(source, &values, place)
        }
    }

    /// Where it is written: begun, or as it was left.
    private func place(_ source: EvidenceSource) throws(CommandFailure) -> ExportPlace {
        guard let left else {
            return try Self.failing { () throws(EvidenceFailure) in
                try ExportPlace(
                    FilePath(partial),
                    ExportTicket(
                        order, form: form.rawValue, checkpoint, remembered: source.remembered,
                        asked: asked),
                    isPrivate: !order.groups.isEmpty)
            }
        }
        if left.state == nil {
            // It was interrupted before anything was worth keeping.
            try Self.failing { () throws(EvidenceFailure) in try left.clear() }
        }
        return left
    }

    private func pack(
        _ source: EvidenceSource, _ values: inout ValueReader, _ place: ExportPlace
    ) throws {
        let summary = try written(in: place) { pace throws(EvidenceFailure) in
            var writer = PackWriter(order, source, to: place.content)
            return try writer.write(&values, pace)
        }
        try discarding(place) {
            try check(place.content, source.keys)
            if out.hasSuffix(".tar") {
                let archive = place.folder.appending("pack.tar")
                try Self.failing { () throws(EvidenceFailure) in
                    try PackArchive.write(
                        summary.files, to: archive, isPrivate: !order.groups.isEmpty)
                }
                try rename(archive.string, to: out)
            } else {
                try rename(place.content.string, to: out)
            }
        }
        try LocalFolder.remove(partial)
        try tell(summary)
    }

    private func list(
        _ form: DerivedForm, _ source: EvidenceSource, _ values: inout ValueReader,
        _ place: ExportPlace
    ) throws {
        let names = ListNames(out)
        let isMarked = asked["no_bom"] == nil
        let (files, writer) = try written(in: place) { pace throws(EvidenceFailure) in
            var writer = ListWriter(order, source, form)
            let files = try writer.write(
                &values, isMarked: isMarked, rowsInPart: PackFormat.rowsInPart,
                name: { place.content.appending(names.base($0)) }, pace)
            return files.map { ($0, writer) }
        }
        for part in 1...files where LocalFile.exists(names.name(part)) {
            throw CommandFailure(
                .failure,
                "\(names.name(part)) exists already; move it away, and the same command finishes \(partial)."
            )
        }
        // The first part comes last: where it is, all are.
        for part in (1...files).reversed() {
            try rename(place.content.appending(names.base(part)).string, to: names.name(part))
        }
        try LocalFolder.remove(partial)
        try tell(writer, files)
    }

    /// Carries an export out to its end, or says how to go on with what was interrupted.
    private func written<Told>(
        in place: ExportPlace, _ work: (ExportPace) throws(EvidenceFailure) -> Told?
    ) throws -> Told {
        let progress = try ExportProgress(command.output)
        if place.state != nil {
            try command.output.messages.line("goes on with \(partial)")
        }
        let interruption = CommandContext.current.interruption
        interruption.begin()
        defer {
            interruption.end()
            progress.clear()
        }
        let last = Last()
        let pace = ExportPace(
            state: place.state,
            progress: {
                last.progress = $0
                progress.show($0)
            },
            pauses: interruption.isAsked,
            keep: { state throws(EvidenceFailure) in try place.keep(state) },
            keepEvery: 32)
        let told: Told?
        do throws(EvidenceFailure) {
            told = try work(pace)
        } catch {
            progress.clear()
            guard case .writing = error else {
                try LocalFolder.removeIfAny(partial)
                throw Self.failure(error)
            }
            throw CommandFailure(
                .failure,
                "\(error.message) The same command, or --resume, then goes on with \(partial).")
        }
        guard let told else {
            progress.clear()
            throw CommandFailure(
                .interrupted,
                "interrupted at record \(last.progress?.read ?? 0) of \(last.progress?.total ?? 0); the same command, or --resume, goes on with \(partial)."
            )
        }
        return told
    }

    /// How far it was when it ended.
    private final class Last {
        var progress: EvidenceProgress?
    }

    /// Does what may find that nothing can be handed over, which then leaves nothing behind.
    private func discarding(_ place: ExportPlace, _ work: () throws -> Void) throws {
        do {
            try work()
        } catch {
            try LocalFolder.removeIfAny(partial)
            throw error
        }
    }

    private func rename(_ old: String, to new: String) throws(CommandFailure) {
        // Safe: the call reads both paths while it runs, and keeps nothing.
        guard unsafe Glibc.rename(old, new) == 0 else {
            throw CommandFailure(
                .failure, "\(new) cannot be made: \(describing: Errno(rawValue: errno)).")
        }
    }

    static func failing<Told>(
        _ work: () throws(EvidenceFailure) -> Told
    ) throws(CommandFailure) -> Told {
        do throws(EvidenceFailure) {
            return try work()
        } catch {
            throw failure(error)
        }
    }

    static func failure(_ failure: EvidenceFailure) -> CommandFailure {
        switch failure {
        case .reading(let failure): CommandFailure(failure)
        case .notAsSigned: CommandFailure(.integrityFailure, "\(failure.message)")
        case .notContinued: CommandFailure(.usage, "\(failure.message)")
        case .beingWritten: CommandFailure(.unavailable, "\(failure.message)")
        case .writing, .notARecord, .tooLargeForArchive, .unsigned, .unusable, .notRecorded,
            .noRoom:
            CommandFailure(.failure, "\(failure.message)")
        }
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

    /// The same without the folder that it lies in.
    func base(_ part: Int) -> String { FilePath(name(part)).lastComponent?.string ?? "list" }
}
