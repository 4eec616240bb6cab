// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle
import Messages

/// `countersign privacy report`.
struct PrivacyReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say what the log keeps of somebody (GDPR Article 15).",
        discussion: """
            EXAMPLES:
              countersign privacy report sub_7q4m2xk9h0v3t8wz --purpose DSR-118
              countersign privacy report sub_7q4m2xk9h0v3t8wz --json > report.json
              countersign privacy report sub_7q4m2xk9h0v3t8wz --sealed

            What the person did, with what is sealed of it, and when, how and in which role the log was read where it \
            tells of them; for what, where they were looked for. What was said of other readings is about others. Who \
            read it is left out: colleagues' names need not be told (CJEU C-579/21). Accesses to \
            things that concern the person are not known as such: no route says yet whom its resources concern.
            """)

    @Argument(help: "Subject id, as `countersign privacy find` shows it.")
    var subject: String

    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let ids = try PrivacyArguments.subjects([subject])
        let snapshot = try log.snapshot()
        let report = try PrivacyReport(of: ids[0], in: snapshot)
        guard !report.isEmpty else {
            throw CommandFailure(
                .notFound,
                "the log has no record of \(ids[0].text); `countersign privacy find` leads from a name to an id."
            )
        }
        var reader = try await disclosure.reader(
            snapshot, log,
            DisclosureOptions.Reading(
                words: PrivacyReport.words(subject),
                rows: report.accesses.count { !$0.record.commitments.isEmpty },
                range: report.range, about: ids[0]), output)
        if try output.isJSON {
            try output.screen.json(try report.json(&reader))
        } else {
            try output.screen.table(try report.table(&reader))
            if !report.categoryText.isEmpty {
                try output.screen.line(
                    "kept of them, and in how many records: \(report.categoryText)")
            }
            try output.screen.table(try report.readingsTable(&reader))
        }
        try output.messages.line(
            "\(report.accesses.count) records of the person, \(report.readings.count) readings of the log that cover them"
        )
    }
}
