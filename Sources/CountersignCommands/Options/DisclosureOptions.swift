// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Crypto
import Glibc
import Ledger
import Merkle
import Settings
import SignedNotes
import SystemPackage
import Verification

/// Whether a command shows personal values, and on what grounds.
struct DisclosureOptions: ParsableArguments {
    @Flag(help: "Leave names, paths and addresses sealed; then nothing is recorded.")
    var sealed = false

    @Option(help: "Why you read, for the record of this reading.")
    var purpose: String?

    /// A reader of the log's personal values, after this reading was put on record.
    ///
    /// Values are opened only of the configured log, where there is a place for the record, and only by whoever can
    /// read its keys.
    ///
    /// - Parameters:
    ///   - reading: what is read.
    func reader(
        _ snapshot: LogSnapshot, _ log: LogOptions, _ reading: Reading, _ output: OutputOptions
    ) async throws -> ValueReader {
        guard !sealed, reading.rows != 0 else { return ValueReader(sealing: snapshot) }
        guard log.directory == nil else {
            if purpose != nil {
                throw CommandFailure(
                    .usage,
                    "values of a log that --log names stay sealed: nothing could record the reading. Name its configuration with -c instead."
                )
            }
            return ValueReader(sealing: snapshot)
        }
        guard try hasKeys(snapshot, output) else { return ValueReader(sealing: snapshot) }
        let facts = QueryFacts(
            hash: Self.hash(reading.words), rows: reading.rows.map { UInt64($0) },
            range: reading.range, purpose: purpose)
        let recorder = ReadingRecorder(deployment: try log.deployment.read())
        guard try await recorder.record(facts, mayOpenLog: reading.mayOpenLog) else {
            return ValueReader(sealing: snapshot)
        }
        return ValueReader(opening: snapshot)
    }

    /// What somebody reads.
    struct Reading {
        /// What was asked for, of which the record has the hash.
        let words: [String]
        /// How many records are shown that commit to values; nil where that is not known beforehand.
        let rows: Int?
        /// Indices that were looked at.
        let range: String
        /// Whether the log is opened for the record where no server runs; otherwise the values stay sealed then.
        var mayOpenLog = true
    }

    /// Whether whoever runs this can open anything; where only others can, that is said.
    private func hasKeys(_ snapshot: LogSnapshot, _ output: OutputOptions) throws -> Bool {
        do throws(LogReadFailure) {
            return try snapshot.hasKeys()
        } catch {
            guard error.code == .unreadable else { throw CommandFailure(error) }
            try output.messages.line(
                "names, paths and addresses stay sealed: \(error.message)")
            return false
        }
    }

    private static func hash(_ words: [String]) -> String {
        let digest = SHA256.hash(data: Array(words.joined(separator: "\n").utf8))
        return "sha256:" + Hex.encode(Array(digest))
    }
}

/// Puts on record that somebody reads personal values, before they are shown.
struct ReadingRecorder {
    let deployment: Deployment

    /// By the running server; where none runs, by opening the log for the moment. Where neither can be done, the
    /// values stay sealed.
    ///
    /// - Returns: false where no server runs and the log may not be opened.
    func record(_ facts: QueryFacts, mayOpenLog: Bool) async throws(CommandFailure) -> Bool {
        do throws(CommandFailure) {
            let state = deployment.settings.log.state.text
            guard let answer = try await ControlSocket.ask(facts.request, in: state) else {
                if mayOpenLog { try recordAlone(facts) }
                return mayOpenLog
            }
            guard answer["recorded"] == .bool(true) else {
                throw CommandFailure(
                    .unavailable, "the server did not record it: \(answer["why"]?.string ?? "?").")
            }
            return true
        } catch {
            throw CommandFailure(
                error.status,
                "who reads personal values is recorded, and this reading cannot be: \(error.message ?? "") Mend that, or leave them sealed with --sealed."
            )
        }
    }

    private func recordAlone(_ facts: QueryFacts) throws(CommandFailure) {
        let ledger = try ProxyServer.openLedger(
            deployment, producer: try producer(), adoption: nil)
        let record = ledger.reading(facts, by: getuid())
        let written = Result { () throws(AppendRefusal) in
            try ledger.appendAndWait(record.draft(producer: ledger.producer), tally: .uncounted)
        }
        if let poisoned = ledger.close() {
            throw CommandFailure(.failure, "\(poisoned.description)")
        }
        guard case .success(.recorded) = written else {
            throw CommandFailure(.failure, "the log took no record: \(describing: written).")
        }
    }

    /// The producer whose records are the newest: this is one more start of it, so that whatever an earlier one left
    /// open is settled as its own next start would.
    private func producer() throws(CommandFailure) -> String {
        do throws(LogReadFailure) {
            let snapshot = try LogSnapshot(directory: .init(deployment.settings.log.directory.text))
            guard snapshot.size.count > 0 else { return "countersign" }
            let leaf = try snapshot.leaf(at: LeafIndex(snapshot.size.count - 1))
            switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
            case .success(let record): return record.producer ?? "countersign"
            case .failure: return "countersign"
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}
