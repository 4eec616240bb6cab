// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import LogReading
import Merkle
import Messages
import Server
import SignedNotes
import SystemPackage
import Verification

/// `countersign verify record`.
struct VerifyRecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Check one record: by its proof file offline, or in the log.",
        discussion: """
            EXAMPLES:
              countersign verify record 42.tlog-proof --key log.vkey
              countersign verify record 42
              curl -si http://127.0.0.1:8080/ | countersign verify record -

            A proof file holds the record and needs nothing but the log's key. An index or uid is looked up \
            in the log, and its proof made and checked; `-` reads an answer with its header section, or a uid, \
            from standard input. What is opened for whoever can read the log's keys is checked, too, and \
            recorded by the running server; without one it stays sealed.
            """)

    @Argument(
        help: "A .tlog-proof file, a file of `log get --json`, an index, a uid, or -.",
        completion: .file())
    var record: String

    @Option(
        help: "File with the record's bytes, for a proof file that does not hold them.",
        completion: .file())
    var leaf: String?

    @Option(help: "How many witnesses must have cosigned.")
    var requireWitnesses = 0

    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let trusted = try trust.named(for: log)
        let check = RecordCheck(policy: try trusted.policy(), requiredWitnesses: requireWitnesses)
        try output.show(VerificationRequest.Outcome(try await reports(check)))
    }

    private func reports(_ check: RecordCheck) async throws -> [ProofReport] {
        let named = try leaf.map { path throws(CommandFailure) in
            try LocalFile.required(path, most: 65_536)
        }
        guard record != "-", LocalFile.exists(record), UInt64(record) == nil else {
            return [check.check(try await lookedUp(named))]
        }
        let target: VerificationTarget
        do throws(VerificationFault) {
            target = try VerificationTarget(FilePath(record))
        } catch {
            throw CommandFailure(error)
        }
        switch target {
        case .proof(let proof): return [check.check(proof, leaf: named)]
        case .records(let envelopes): return envelopes.map(check.check)
        case .log, .tiles:
            throw CommandFailure(
                .usage, "\(record) is a whole log; `countersign verify --log \(record)` checks it.")
        }
    }

    /// The record in the log, with what may be opened of it; its names, path and address are shown.
    private func lookedUp(_ named: [UInt8]?) async throws -> RecordEnvelope {
        let selector = try RecordSelector(argument: record)
        let log = try log.staticLog()
        guard let (index, leaf) = try selector.find(in: log.snapshot).last else {
            throw CommandFailure(.notFound, "there is no such record.")
        }
        let reading = DisclosureOptions.Reading(
            words: ["verify record"], rows: Record.hasValues(leaf) ? 1 : 0, range: "\(index.value)",
            about: Record.holder(of: leaf), mayOpenLog: false)
        var reader = try await disclosure.reader(log.snapshot, self.log, reading, output)
        let values = try RecordLine(index, leaf, &reader).values
        if try !output.isJSON {
            let shown: [(SafeText, String?)] = [
                ("who", values.name), ("path", values.path), ("from", values.address),
            ]
            try output.screen.table(
                Table(facts: shown.compactMap { name, text in text.map { (name, "\($0)") } }))
        }
        return try RecordEnvelope(index, named ?? leaf, of: log, isOpen: reader.isOpen)
    }
}
