// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Glibc
import Ledger
import LogReading
import Merkle
import Messages
import Query
import Server
import Settings
import SignedNotes
import SystemPackage

/// Whether a command shows personal values, and on what basis.
struct DisclosureOptions: ParsableArguments {
    @Flag(help: "Leave names, paths and addresses sealed; then nothing is recorded.")
    var sealed = false

    @Option(
        help:
            "Why you read, for the record of this reading: a case's number (DSR-2026-117, INC0012345, #123) stays readable, other words are sealed."
    )
    var purpose: String?

    /// A reader of the log's personal values, made after the reading was recorded.
    ///
    /// Only values of the configured log are opened, which has a place for the record, and only by those who can read
    /// its keys.
    ///
    /// - Parameters:
    ///   - reading: what is read.
    func reader(
        _ snapshot: LogSnapshot, _ log: LogOptions, _ reading: Reading, _ output: OutputOptions
    ) async throws -> ValueReader {
        try await opened(snapshot, log, reading, output).reader
    }

    /// The same with what the record calls the question by; nil where nothing is recorded, and nothing opened.
    func opened(
        _ snapshot: LogSnapshot, _ log: LogOptions, _ reading: Reading, _ output: OutputOptions
    ) async throws -> (reader: ValueReader, hash: String?) {
        let sealing = (reader: ValueReader(sealing: snapshot), hash: String?.none)
        guard !sealed, reading.rows != 0 else { return sealing }
        guard log.directory == nil else {
            if purpose != nil {
                throw CommandFailure(
                    .usage,
                    "values of a log that --log names stay sealed: nothing could record the reading. Name its configuration with -c instead."
                )
            }
            return sealing
        }
        guard try hasKeys(snapshot, output) else { return sealing }
        let recorder = HostRecorder(deployment: try log.deployment.read())
        let facts = try reading.facts(for: purpose, in: snapshot, log, output)
        do throws(CommandFailure) {
            let said = try await recorder.record(.query, facts, mayOpenLog: reading.mayOpenLog)
            guard let said else { return sealing }
            return (ValueReader(opening: snapshot), said.hash)
        } catch {
            throw CommandFailure(
                error.status,
                "who reads personal values is recorded, and this reading cannot be: \(error.message ?? "") Mend that, or leave them sealed with --sealed."
            )
        }
    }

    /// What somebody reads.
    struct Reading {
        private enum Question {
            /// The words of a command.
            case words([String])
            case query(RecordQuery, sought: RecordQuery, SearchUnit)
        }

        private let question: Question
        /// How many records are shown that commit to values; nil where that is not known beforehand.
        let rows: Int?
        /// Indices that are looked at: `3`, `0..<9`, `3,8`, or `7..` without an end.
        let range: String
        /// Whom somebody looks for, if that is one person: under their key the purpose is sealed.
        var about: SubjectID?
        /// Whether the log is opened for the record if no server runs; if not, the values stay sealed.
        var mayOpenLog = true

        /// - Parameter words: of the command.
        init(
            words: [String], rows: Int?, range: String, about: SubjectID? = nil,
            mayOpenLog: Bool = true
        ) {
            question = .words(words)
            self.about = about
            self.rows = rows
            self.range = range
            self.mayOpenLog = mayOpenLog
        }

        /// - Parameter sought: what is looked for, without what is left out.
        init(
            query: RecordQuery, sought: RecordQuery? = nil, _ unit: SearchUnit, rows: Int?,
            range: String
        ) {
            question = .query(query, sought: sought ?? query, unit)
            self.rows = rows
            self.range = range
        }

        /// What is recorded of it. Whom a query is about is looked up for that, before anything is shown.
        fileprivate func facts(
            for purpose: String?, in snapshot: LogSnapshot, _ log: LogOptions,
            _ output: OutputOptions
        ) throws -> QueryFacts {
            let rows = rows.map { UInt64($0) }
            switch question {
            case .words(let words):
                return QueryFacts(
                    hash: DisclosureOptions.hash(words), rows: rows, range: range,
                    purpose: purpose, about: about)
            case .query(let query, let sought, let unit):
                return QueryFacts(
                    query,
                    about: try SoughtPerson.of(sought, unit, in: snapshot, log, output),
                    rows: rows, range: range, purpose: purpose)
            }
        }
    }

    /// Whether the caller can open anything; if only others can, that is said.
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

    /// The digest under which the record names what was asked for.
    static func hash(_ words: [String]) -> String {
        let digest = SHA256.hash(data: Array(words.joined(separator: "\n").utf8))
        return "sha256:" + Hex.encode(Array(digest))
    }
}
