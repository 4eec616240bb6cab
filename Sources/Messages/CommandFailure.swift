// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Why a command, or the server, did not do what it was asked.
package struct CommandFailure: Error {
    package let status: ExitStatus
    /// What went wrong, ending in what to do; nil where the command has said it already.
    package let message: SafeText?
    /// What programs get in addition, as members of `error`.
    package let details: [JSONMember]

    package init(_ status: ExitStatus, _ message: SafeText, details: [JSONMember] = []) {
        self.status = status
        self.message = message
        self.details = details
    }

    /// Ends with a status after the command has printed everything there is to say.
    package init(_ status: ExitStatus) {
        self.status = status
        message = nil
        details = []
    }

    /// For programs: `{"error":{"code":2,"kind":"usage","message":"…"}}`.
    package static func json(
        _ status: ExitStatus, _ message: SafeText, details: [JSONMember] = []
    ) -> JSONValue {
        let members = [
            JSONMember("code", .integer(Int64(status.rawValue))),
            JSONMember("kind", .string(status.name)), JSONMember("message", .string(message.plain)),
        ]
        return .object([JSONMember("error", .object(members + details))])
    }
}
