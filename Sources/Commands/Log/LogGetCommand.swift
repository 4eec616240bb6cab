// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Crypto
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
              countersign log get 42 --rules

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

    @Flag(help: "Print the text of the rules that decided, as canonical JSON.")
    var rules = false

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
        if rules { return try show(rulesOf: last.1, last.0, in: log.snapshot) }
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
            let unseen = try RecordView.unseen(
                index, leaf, in: log.snapshot, isOpen: reader.isOpen)
            try output.screen.table(RecordView.facts(index, leaf, values, unseen))
            if index != last.0 { try output.screen.line() }
        }
    }

    /// Prints the text of the rules that decided, which its digest in the record proves.
    private func show(
        rulesOf leaf: [UInt8], _ index: LeafIndex, in snapshot: LogSnapshot
    ) throws {
        guard
            case .success(let record) = Result(catching: { () throws(RecordFault) in
                try Record(leaf: leaf)
            }), let version = record.policyVersion, version.hasPrefix("sha256:")
        else {
            throw CommandFailure(
                .notFound,
                "no rules of a configuration decided record \(index.value); ask for one of an access."
            )
        }
        let text: [UInt8]?
        do throws(LogReadFailure) { text = try snapshot.rules(version) } catch {
            throw CommandFailure(error)
        }
        guard let text else {
            throw CommandFailure(
                .notFound,
                "the log keeps no text of the rules \(version), which decided before it began to; a configuration with them has the same version in `countersign check --json`."
            )
        }
        guard "sha256:" + Hex.encode(SHA256.hash(data: text)) == version else {
            throw CommandFailure(
                .integrityFailure,
                "what the log keeps as the text of the rules \(version) has another digest; somebody changed it. Take it from a copy."
            )
        }
        try output.screen.bytes(HostileText.escaped(json: text) + [UInt8(ascii: "\n")])
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
