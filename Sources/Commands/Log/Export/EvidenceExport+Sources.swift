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
    /// - Parameters:
    ///   - remembered: the file with the checkpoint that the receiver saw last.
    ///   - rules: files with rules that decided earlier.
    func source(
        rememberedAs remembered: String?, _ rules: [JSONValue]?
    ) throws -> EvidenceSource {
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
            remembered: try remembered.map { try Self.remembered($0) },
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

    func record() async throws {
        let range = order.range ?? 0..<checkpoint.claim.size.count
        try await command.record(
            QueryFacts(
                hash: order.query.hash, rows: nil,
                range: "\(range.lowerBound)..<\(range.upperBound)", purpose: order.request.purpose,
                about: order.query.soleSubject))
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
