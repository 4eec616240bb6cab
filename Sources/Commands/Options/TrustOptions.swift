// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages
import Server
import Settings
import SignedNotes
import SystemPackage
import Verification

/// Whose signatures a verification trusts.
struct TrustOptions: ParsableArguments {
    @Option(
        help:
            "The log's public key (vkey) or a file with it, instead of the configured one; may be repeated."
    )
    var key: [String] = []

    @Option(
        help: "Trust policy with logs, witnesses and quorum (also: COUNTERSIGN_POLICY).",
        completion: .file())
    var policy: String?

    /// What was named, as the verifier wants it; the configured key where nothing was.
    struct Named {
        var keys: [String]
        var policyFile: FilePath?

        /// Nil where there is no key at all.
        func policy() throws(CommandFailure) -> TrustPolicy? {
            do throws(VerificationFault) {
                return try TrustPolicy.given(keys: keys, policyFile: policyFile)
            } catch {
                throw CommandFailure(error)
            }
        }
    }

    /// A named directory or file may be anybody's, so its key has to be named too, if only through the configuration.
    /// The configured log's key is known.
    func named(for log: LogOptions) throws(CommandFailure) -> Named {
        let file = policy ?? CommandContext.current.variable("COUNTERSIGN_POLICY")
        guard file == nil || key.isEmpty else {
            throw CommandFailure(.usage, "give --policy or --key, not both.")
        }
        let isSaid = log.directory == nil || log.deployment.config != nil
        if file != nil || !key.isEmpty || !isSaid {
            return Named(keys: key, policyFile: file.map { FilePath($0) })
        }
        let own = try SigningKey.readPublic(try log.deployment.readLog())
        return Named(keys: own.map(\.text), policyFile: nil)
    }
}

extension CommandFailure {
    /// A verification could not start.
    init(_ fault: VerificationFault) {
        if case .unreadable(let failure) = fault {
            self.init(failure)
        } else {
            self.init(ExitStatus(rawValue: fault.exitCode) ?? .failure, "\(fault.message)")
        }
    }
}
