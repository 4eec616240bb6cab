// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Evidence
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

extension EvidenceExport {
    /// The signed size that is exported: that of what was interrupted, as it was given, or the newest.
    static func checkpoint(
        of snapshot: LogSnapshot, _ left: ExportPlace?, _ selection: ExportSelection
    ) throws(CommandFailure) -> UnverifiedCheckpoint {
        if let left, let checkpoint = left.ticket.checkpoint {
            guard try isContinued(checkpoint, by: snapshot) else {
                throw other(left.ticket, left.folder.string)
            }
            return checkpoint
        }
        if let path = selection.checkpoint {
            guard selection.size == nil else {
                throw CommandFailure(.usage, "give --size or --checkpoint, not both.")
            }
            let given = try checkpoint(in: path)
            guard try isContinued(given, by: snapshot) else {
                throw CommandFailure(
                    .usage,
                    "\(path) is a checkpoint of another log, of another past of this one, or newer than it. Give one of this log; if it is, `countersign verify` says what was changed."
                )
            }
            return given
        }
        let size = left?.ticket.size ?? selection.size
        let found: UnverifiedCheckpoint?
        do throws(LogReadFailure) {
            found = try EvidenceSource.checkpoint(of: snapshot, size: size)
        } catch {
            throw CommandFailure(error)
        }
        guard let found else { throw none(size) }
        return found
    }

    /// Whether a log has the records of a checkpoint that somebody kept.
    private static func isContinued(
        _ kept: UnverifiedCheckpoint, by snapshot: LogSnapshot
    ) throws(CommandFailure) -> Bool {
        guard let newest = snapshot.newest else { throw none(nil) }
        do throws(EvidenceFailure) {
            _ = try EvidenceSource.continuing(kept, to: newest, of: snapshot)
            return true
        } catch {
            guard case .notContinued = error else { throw failure(error) }
            return false
        }
    }

    /// What was interrupted is not of the log that is named.
    static func other(_ ticket: ExportTicket, _ partial: String) -> CommandFailure {
        CommandFailure(
            .usage,
            "\(partial) is of another log, \(ticket.origin) at \(ticket.size) records. Name that log, or remove it."
        )
    }

    private static func none(_ size: UInt64?) -> CommandFailure {
        CommandFailure(
            .notFound,
            size.map {
                "no checkpoint of size \($0) was published; `countersign checkpoint show` names such sizes. A pack of that size has its checkpoint: give that file with --checkpoint instead of --size."
            } ?? "the log has no readable checkpoint; `countersign verify` says why.")
    }

    /// - Parameter rules: files with rules that decided earlier.
    func source(_ rules: [JSONValue]?) throws -> EvidenceSource {
        let isConfigured = command.log.directory == nil || command.log.deployment.config != nil
        let deployment = isConfigured ? try command.log.deployment.read() : nil
        var policies: [String: [UInt8]] = [:]
        if let rulebook = deployment?.rulebook { policies[rulebook.version] = rulebook.text }
        for file in rules?.compactMap(\.string) ?? [] {
            policies.merge(try KnownRules.texts(in: file)) { one, _ in one }
        }
        let isKnown = isConfigured || !command.trust.key.isEmpty
        guard isKnown || form != .pack else {
            throw CommandFailure(
                .usage,
                "a pack names the log's public key: give it with --key, or its configuration with -c."
            )
        }
        return EvidenceSource(
            snapshot: snapshot, checkpoint: checkpoint,
            keys: try isKnown ? command.publicKeys() : [],
            signers: try deployment.map { try SigningKey.read($0.settings.log) } ?? [],
            remembered: try left?.ticket.remembered
                ?? asked["remembered"]?.string.map { try Self.checkpoint(in: $0) },
            policies: policies, configuration: deployment?.configHash)
    }

    /// What somebody kept: a checkpoint, a file that remembers one, or that of a pack which leads from one.
    private static func checkpoint(
        in path: String
    ) throws(CommandFailure) -> UnverifiedCheckpoint {
        let bytes = try LocalFile.required(path, most: SignedNote.mostBytes)
        if let kept = RememberedCheckpoint(stateFile: bytes) { return kept.checkpoint }
        if let kept = PackConsistency(bytes) { return kept.checkpoint }
        do throws(CheckpointReadFault) {
            return try UnverifiedCheckpoint(bytes)
        } catch {
            throw CommandFailure(
                .usage, "\(path) is no checkpoint (\(describing: error)). Give a file with one.")
        }
    }

    /// Values are opened for the configured log alone, whose reading was recorded.
    func reader() throws -> ValueReader {
        let opensForQuery = command.log.directory == nil && !order.query.personalGroups.isEmpty
        guard !order.groups.isEmpty || opensForQuery else {
            return ValueReader(sealing: snapshot)
        }
        guard command.log.directory == nil else {
            throw CommandFailure(
                .usage,
                "values of a log that --log names stay sealed: nothing could record the reading. Name its configuration with -c instead."
            )
        }
        guard try hasKeys() else {
            throw CommandFailure(
                .notPermitted,
                "the log's keys are not here, so no values can be opened; leave out --disclose, and terms of personal values."
            )
        }
        return ValueReader(opening: snapshot)
    }

    private func hasKeys() throws(CommandFailure) -> Bool {
        do throws(LogReadFailure) {
            return try snapshot.hasKeys()
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The same once it is recorded, with the salt that its record calls the query by.
    func recorded() async throws -> EvidenceExport {
        guard command.log.directory == nil else { return self }
        let range = order.range ?? 0..<checkpoint.claim.size.count
        let person =
            try hasKeys()
            ? try SoughtPerson.of(
                order.sought, order.unit == .access ? .access : .record, in: snapshot, command.log,
                command.output) : order.query.statedSubject
        let said = try await command.record(
            QueryFacts(
                order.query, about: person, rows: nil,
                range: "\(range.lowerBound)..<\(range.upperBound)",
                purpose: order.request.purpose))
        var export = self
        export.order.salt = said?.salt
        return export
    }

    /// What is handed on was judged as its receiver will judge it.
    func check(_ folder: FilePath, _ keys: [NoteVerifierKey]) throws(CommandFailure) {
        let request = PackRequest(
            path: folder, keys: keys.map(\.text), policyFile: nil, stateFile: nil,
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
}
