// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import Messages

/// `countersign privacy erase`.
struct PrivacyEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Ask for the erasure of people's values, or carry it out.",
        discussion: """
            EXAMPLES:
              countersign privacy erase sub_7q4m2xk9h0v3t8wz --dry-run
              countersign privacy erase sub_7q4m2xk9h0v3t8wz --basis objection
              countersign privacy erase --execute 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f

            Asking is a record, privacy.request, and changes nothing. Once another person has approved it, \
            --execute records privacy.erase, destroys the keys and records privacy.erase.done; cut short, the next \
            start does the rest. Holds are asked for at that moment. Nothing brings the values back.
            """)

    @Argument(help: "Subject ids, as `countersign privacy find` shows them.")
    var subjects: [String] = []

    @Option(
        help:
            "Why: no_longer_necessary, consent_withdrawn, objection, unlawful, legal_obligation or child (GDPR Article 17(1))."
    )
    var basis: String?

    @OptionGroup var step: PrivacyStepOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard step.execute != nil || !subjects.isEmpty else {
            throw CommandFailure(
                .usage, "name whose values are to be erased, or a request with --execute.")
        }
        guard step.execute != nil || step.dryRun || basis != nil else {
            throw CommandFailure(.usage, "--basis says why; the record keeps it.")
        }
        try await PrivacyStep(wish: .erase, options: step, log: log, output: output)
            .run(
                PrivacyScope(subjects: try PrivacyArguments.subjects(subjects)),
                basis: try basis.map {
                    try PrivacyArguments.word($0, "--basis", of: ErasureBasis.self)
                })
    }
}
