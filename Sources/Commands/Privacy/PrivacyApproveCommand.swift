// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import AuditRecords
import ByteCoding
import Ledger
import LogReading
import Messages
import Server
import Settings
import SystemPackage

/// `countersign privacy approve`.
struct PrivacyApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Be the second person for an erasure, an expiry or a release.",
        discussion: """
            EXAMPLES:
              countersign privacy approve 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f

            Whoever asked is for it already. Persons are told apart by the user that they logged in as, which sudo \
            and su do not change. A bare root is refused, and nothing is recorded: log in under a name of your own, \
            and use sudo from there. Whoever is root on this host can still pretend to be two persons: the records \
            show who did what, and prevent that no more than this host does.
            """)

    @Argument(help: "Uid of the request.")
    var request: String

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let request = try PrivacyArguments.uid(request)
        let read = try deployment.read()
        let uid = try await HostRecorder(deployment: read).carryOut(
            PrivacyFacts(.approve, about: request))
        if try output.isJSON {
            try output.screen.json(.object([JSONMember("record", .string(uid.text))]))
        }
        guard let obstacle = try obstacle(to: request, read) else {
            return try output.messages.line(
                "approved; the request can be carried out with --execute")
        }
        try output.messages.line("approved; it cannot be carried out yet. \(obstacle.description)")
    }

    /// What would stand against carrying the request out now.
    private func obstacle(
        to request: UniqueID, _ deployment: Deployment
    ) throws(CommandFailure) -> PrivacyFault? {
        let snapshot: LogSnapshot
        do throws(LogReadFailure) {
            snapshot = try LogSnapshot(
                directory: FilePath(deployment.settings.log.directory.text))
        } catch {
            throw CommandFailure(error)
        }
        let standing = try snapshot.privacyStanding()
        guard let open = standing.requests.first(where: { $0.uid == request }) else { return nil }
        let accounts = try AccountsStore(deployment.settings.log).read()
        do throws(PrivacyRefusal) {
            _ = try standing.judged(
                PrivacyFacts(open.wish.deed, about: request), by: "", account: accounts.approver)
            return nil
        } catch {
            return .refused(error)
        }
    }
}
