// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages

/// `countersign explain`.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say in a sentence why an access ended as it did, and what to do.",
        discussion: """
            EXAMPLES:
              countersign explain 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f
              curl -si http://127.0.0.1:8080/ | countersign explain -
              countersign explain 42 --json

            The uid is what the field Countersign-Record of an answer says; `-` reads an answer with its header \
            section from standard input. Names, paths and addresses are shown as `countersign log get` shows \
            them, and so is that they were.
            """)

    @Argument(help: "Index, uid, or - for an answer on standard input.")
    var record: String

    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let selector = try RecordSelector(argument: record)
        let snapshot = try log.snapshot()
        guard let (index, leaf) = try selector.find(in: snapshot).last else { return }
        let reading = DisclosureOptions.Reading(
            words: ["explain", record], rows: Record.hasValues(leaf) ? 1 : 0,
            range: "\(index.value)", about: Record.holder(of: leaf))
        var reader = try await disclosure.reader(snapshot, log, reading, output)
        let line = try RecordLine(index, leaf, &reader)
        guard let record = line.record else {
            throw CommandFailure(
                .integrityFailure, "record \(index.value) is none; run `countersign verify`.")
        }
        let explanation = Explanation(
            record, line.values, outcome: try outcome(of: record, at: index, in: snapshot))
        if try output.isJSON {
            try output.screen.json(explanation.json(index))
        } else {
            for text in explanation.lines { try output.screen.line(text) }
        }
    }

    /// Where the log says how a started access ended.
    private func outcome(
        of record: Record, at index: LeafIndex, in snapshot: LogSnapshot
    ) throws(CommandFailure) -> LeafIndex? {
        guard record.stage == .started, let uid = record.uid else { return nil }
        let last = try RecordSelector.uid(uid).find(in: snapshot, from: index).last?.0
        return last == index ? nil : last
    }
}
