// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle
import Messages
import Server
import SignedNotes

/// `countersign log get`.
struct LogGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print a record, or all of an access, or the proof that it is in the log.",
        discussion: """
            EXAMPLES:
              countersign log get 42
              countersign log get 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f
              countersign log get 42 --proof > 42.tlog-proof
              countersign log get 42 --leaf > 42.leaf

            A uid is what the field Countersign-Record of an answer says, and names an access: all of its records \
            are printed; --proof and --leaf are those of the last one, and the proof holds its bytes. Check it with \
            `countersign verify record`. Names, paths and addresses are shown to whoever can read the log's keys, \
            and that they were is a record itself, `log.query`. With --json, each record comes with its proof, and \
            what is opened with its salt, so that anyone can check it: one object, or {"records": [...]} where an \
            access has several.
            """)

    @Argument(help: "Index, uid, or - for an answer on standard input.")
    var record: String

    @Flag(help: "Print a .tlog-proof file (C2SP tlog-proof).")
    var proof = false

    @Flag(help: "Print the leaf as it was hashed, without a line end.")
    var leaf = false

    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let selector = try RecordSelector(argument: record)
        let log = try log.staticLog()
        let records = try selector.find(in: log.snapshot)
        guard let last = records.last else { return }
        try log.requireAuthentic(records)
        if leaf { return try output.screen.bytes(last.1) }
        if proof {
            return try output.screen.bytes(try ProofMaker(log).proof(of: last.0, last.1).encode())
        }
        var reader = try await disclosure.reader(
            log.snapshot, self.log,
            DisclosureOptions.Reading(
                words: ["log get", record], rows: records.count { Record.hasValues($0.1) },
                range: records.map { "\($0.0.value)" }.joined(separator: ","),
                about: records.first.flatMap { Record.holder(of: $0.1) }), output)
        if try output.isJSON {
            let envelopes = try records.map { index, leaf throws(CommandFailure) in
                try RecordEnvelope(index, leaf, of: log, isOpen: reader.isOpen)
            }
            return try output.screen.bytes(
                HostileText.escaped(json: RecordEnvelope.encode(envelopes)) + [UInt8(ascii: "\n")])
        }
        for (index, leaf) in records {
            let values = try RecordLine(index, leaf, &reader).values
            try output.screen.table(RecordView.facts(index, leaf, values))
            if index != last.0 { try output.screen.line() }
        }
    }
}

extension RecordEnvelope {
    /// A record with its proof and, where it may be opened, what it commits to.
    ///
    /// - Parameter leaf: the record's bytes as given; the proof is of the log's own bytes at this index.
    init(
        _ index: LeafIndex, _ leaf: [UInt8], of log: StaticLog, isOpen: Bool
    ) throws(CommandFailure) {
        let proof = try ProofMaker(log).proof(of: index, leaf)
        var groups: [CommitGroup: DisclosedGroup] = [:]
        if case .success(let record) = Result(catching: { () throws(RecordFault) in
            try Record(leaf: leaf)
        }) {
            do throws(LogReadFailure) {
                groups =
                    isOpen
                    ? try log.snapshot.disclosures(of: record, at: index)
                    : record.commitments.mapValues { _ in .withheld }
            } catch {
                throw CommandFailure(error)
            }
        }
        self.init(index: index, leaf: leaf, disclosures: groups, proof: proof)
    }
}
