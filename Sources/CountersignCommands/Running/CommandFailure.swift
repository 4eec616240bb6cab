// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Why a command ends without having done what it was asked.
struct CommandFailure: Error {
    let status: ExitStatus
    /// What went wrong, ending in what to do; nil where the command has said it already.
    let message: SafeText?
    /// What programs are told besides, in members of `error`.
    let details: [JSONMember]

    init(_ status: ExitStatus, _ message: SafeText, details: [JSONMember] = []) {
        self.status = status
        self.message = message
        self.details = details
    }

    /// Ends with a status after the command has printed everything there is to say.
    init(_ status: ExitStatus) {
        self.status = status
        message = nil
        details = []
    }

    /// For programs: `{"error":{"code":2,"kind":"usage","message":"…"}}`.
    static func json(
        _ status: ExitStatus, _ message: SafeText, details: [JSONMember] = []
    ) -> JSONValue {
        let members = [
            JSONMember("code", .integer(Int64(status.rawValue))),
            JSONMember("kind", .string(status.name)), JSONMember("message", .string(message.plain)),
        ]
        return .object([JSONMember("error", .object(members + details))])
    }
}
