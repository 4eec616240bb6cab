// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Messages

/// `countersign privacy refuse`.
struct PrivacyRefuseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse",
        abstract: "Turn a request down, and record on what ground.",
        discussion: """
            EXAMPLES:
              countersign privacy refuse $REQUEST --ground legal_claims
            """)

    @Argument(help: "Uid of the request.")
    var request: String

    @Option(
        help:
            "One of freedom_of_expression, legal_obligation, public_health, archiving, legal_claims (GDPR Article 17(3)), or not_identified."
    )
    var ground: String

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let request = try PrivacyArguments.uid(request)
        let ground = try PrivacyArguments.word(ground, "--ground", of: RefusalGround.self)
        let uid = try await HostRecorder(deployment: try deployment.read()).carryOut(
            PrivacyFacts(.refuse(ground), about: request))
        if try output.isJSON {
            try output.screen.json(.object([JSONMember("record", .string(uid.text))]))
        }
        try output.messages.line("turned down; tell the person why, and where they can complain")
    }
}
