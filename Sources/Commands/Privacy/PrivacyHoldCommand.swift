// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Messages

/// `countersign privacy hold`.
struct PrivacyHoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Forbid that keys are destroyed: of people, of months, or any.",
        discussion: """
            EXAMPLES:
              countersign privacy hold --subject sub_7q4m2xk9h0v3t8wz --reference LIT-7
              countersign privacy hold --month 2026-03 --reference SEC-19
              countersign privacy hold --reference INC-1207

            One person places a hold, at once: it only keeps. It is asked for when keys are about to be \
            destroyed, so requests that were approved before are held, too. A hold of a person forbids that any \
            month expires, and one of a month that anybody is erased: values lie under both keys. \
            `countersign privacy release` takes two persons.
            """)

    @Option(name: .customLong("subject"), help: "A subject id; may be repeated.")
    var subjects: [String] = []

    @Option(name: .customLong("month"), help: "A month in UTC, such as 2026-03; may be repeated.")
    var months: [String] = []

    @Option(help: "Number of the case, such as LIT-7; no personal data.")
    var reference: String

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let facts = PrivacyFacts(
            .hold,
            scope: PrivacyScope(
                subjects: try PrivacyArguments.subjects(subjects),
                periods: try PrivacyArguments.periods(months)),
            reference: try PrivacyArguments.reference(reference))
        let uid = try await HostRecorder(deployment: try deployment.read()).carryOut(facts)
        if try output.isJSON {
            try output.screen.json(.object([JSONMember("hold", .string(uid.text))]))
        } else {
            try output.screen.line("\(uid.text)")
        }
        try output.messages.line(
            facts.scope.isEmpty
                ? "held: no key of this log is destroyed until two persons release it"
                : "held: nothing of it is destroyed until two persons release it")
    }
}
