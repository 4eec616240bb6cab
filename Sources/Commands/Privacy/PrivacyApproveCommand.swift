// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Messages

/// `countersign privacy approve`.
struct PrivacyApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Be the second person for an erasure, an expiry or a release.",
        discussion: """
            EXAMPLES:
              countersign privacy approve 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f

            Whoever asked is for it already. Persons are told apart by the user that they logged in as, which sudo \
            does not change; root alone is nobody. Whoever is root can pretend to be two persons: until people \
            have accounts, the records show who did what, and prevent that no more than this host does.
            """)

    @Argument(help: "Uid of the request.")
    var request: String

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let request = try PrivacyArguments.uid(request)
        let uid = try await HostRecorder(deployment: try deployment.read()).carryOut(
            PrivacyFacts(.approve, about: request))
        if try output.isJSON {
            try output.screen.json(.object([JSONMember("record", .string(uid.text))]))
        }
        try output.messages.line("approved; the request can be carried out with --execute")
    }
}
