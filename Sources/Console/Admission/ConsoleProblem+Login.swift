// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import HTTPTypes
import Logging

extension ConsoleProblem {
    /// Nobody sends a password to an address that TLS does not stand in front of.
    static let inTheClear = ConsoleProblem(
        .forbidden,
        "Nobody logs in here in the clear: come from this host, or by one of admin.names over TLS.")

    /// What somebody who is refused is told. Nothing in it says whether an account exists.
    init(_ refusal: LoginRefusal) {
        switch refusal {
        case .password(let fault): self.init(.badRequest, "This does not do: \(fault.words).")
        case .later(let delay):
            let seconds = delay.components.seconds + (delay.components.attoseconds > 0 ? 1 : 0)
            self.init(
                .tooManyRequests, "Too many attempts went wrong. Try again in \(seconds) s.",
                fields: [.retryAfter: "\(seconds)"])
        case .busy:
            self.init(
                .serviceUnavailable, "Too many passwords are being checked. Try again soon.",
                fields: [.retryAfter: "2"])
        case .wrong: self.init(.unauthorized, "The name or the password is wrong.")
        case .noSession: self = .unidentified()
        case .change(let fault): self.init(.conflict, fault.text)
        case .noLink: self = .notFound
        case .linkGone:
            self.init(.gone, "This link was used, is too old, or is not needed any more.")
        case .unrecorded:
            self.init(
                .serviceUnavailable, "The log takes no records now, and nothing is done without.",
                fields: [.retryAfter: "10"])
        }
    }
}

/// Does something with accounts, and answers a refusal as what it is; that nothing can be recorded is for the operator,
/// too.
func refusing<Value>(
    _ logger: Logger, _ work: () async throws -> Value
) async throws -> Value {
    do {
        return try await work()
    } catch let refusal as LoginRefusal {
        if case .unrecorded(let why) = refusal {
            logger.error("The console lets nobody in, because it cannot be recorded: \(why)")
        }
        throw ConsoleProblem(refusal)
    }
}
