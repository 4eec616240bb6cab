// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import ByteCoding
import Messages
import Policy
import Settings

/// `countersign policy test`.
struct PolicyTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Say how an access would be decided, and by which rule.",
        discussion: """
            EXAMPLES:
              countersign policy test --as alice --role reader GET /invoices/1
              countersign policy test GET https://api.example.com/invoices/1
              countersign policy test --as ci --role writer POST /invoices --json

            Nothing is sent and nothing is recorded. Without --as, the caller is anonymous. Rate limits are \
            left out. Exit code 0: allowed; 4: not.
            """)

    @Option(name: .customLong("as"), help: "Who asks; without it, nobody in particular.")
    var actor: String?

    @Option(name: .customLong("role"), help: "A role of the actor; may be repeated.")
    var roles: [String] = []

    @Option(help: "user, service or agent.")
    var kind: TokenMintCommand.HolderKind = .user

    @Argument(help: "Method, such as GET.")
    var method: String

    @Argument(help: "URL, or a path where every host is served.")
    var url: String

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let rulebook = try deployment.read().rulebook
        let target = try RequestedURL(url)
        guard method.utf8.allSatisfy({ (0x41...0x5A).contains($0) || $0 == 0x2D }) else {
            throw CommandFailure(
                .usage,
                "`\(method)` is no method that the proxy takes; write it in capitals, such as GET.")
        }
        let trial = PolicyTrial(
            rulebook: rulebook, principal: principal, method: Method(method), target: target)
        if try output.isJSON {
            try output.screen.json(trial.json)
        } else {
            try output.screen.table(Table(facts: trial.facts))
            if !trial.rules.isEmpty {
                try output.screen.line()
                try output.screen.table(trial.ruleTable)
            }
        }
        guard trial.decision.effect == .allow else { throw CommandFailure(.notPermitted) }
    }

    private var principal: Principal {
        guard let actor else { return .anonymous }
        return Principal(
            uid: actor, kind: kind.kind, issuer: nil, roles: Array(Set(roles)).sorted(),
            session: nil, authentication: .none)
    }
}
