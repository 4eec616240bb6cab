// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Messages
import Server
import Settings

/// Examines everything that a server needs, changes nothing, and continues after each finding.
struct Examination {
    let deployment: Deployment
    /// Where that was read.
    let file: String

    var settings: DeploymentSettings { deployment.settings }

    /// All findings, in the order in which a server would run into them.
    func run() async -> [Diagnosis] {
        let server = await AdminStatus.ask(settings)
        return configuration() + files() + clock() + durability() + folders() + log(server)
            + limits()
            + certificates() + (await ports(server)) + (await services())
            + outputs()
    }

    /// The log opens: everything that a start does with it, short of signing and writing.
    private func log(_ server: AdminStatus?) -> [Diagnosis] {
        // A running server has opened it, and says itself how it stands.
        guard server?.origin != settings.log.origin.text,
            LocalFile.exists(settings.log.directory.text)
        else { return [] }
        do throws(CommandFailure) {
            let report = try LogOpening(deployment, producer: "countersign").examine()
            return [.good("opening", "the log opens")]
                + report.warnings.map { .caution("opening", "\($0)", fix: nil) }
        } catch {
            return [.bad("opening", error.message ?? "the log does not open", fix: nil)]
        }
    }

    /// What acknowledged records survive, where that is less than it could be.
    private func durability() -> [Diagnosis] {
        switch settings.log.durability {
        case .synced: []
        case .written:
            [
                .caution(
                    "durability",
                    "log.durability is written: what was acknowledged in the last 100 ms does not survive a power cut",
                    fix: "none, if that was meant; else remove the key, which waits for the disk")
            ]
        }
    }

    /// The files that the configuration names can be used together.
    private func configuration() -> [Diagnosis] {
        do throws(CommandFailure) {
            let rules = try Assembly(
                deployment: deployment, in: CommandContext.current.surroundings
            ).check()
            return [.good("configuration", "\(deployment.configHash)")]
                + rules.notes.dropLast(rules.revived.count).map {
                    .caution(
                        "key set", $0, fix: "none, if the issuer means it; else fetch the set anew")
                }
                + rules.revived.map { .bad("API keys", $0.finding, fix: RevivedKey.remedy) }
        } catch {
            return [.bad("configuration", error.message ?? "cannot be used", fix: nil)]
        }
    }
}
