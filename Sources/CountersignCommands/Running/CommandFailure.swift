// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why a command ends without having done what it was asked.
struct CommandFailure: Error {
    let status: ExitStatus
    /// What went wrong, ending in what to do; nil where the command has said it already.
    let message: SafeText?

    init(_ status: ExitStatus, _ message: SafeText) {
        self.status = status
        self.message = message
    }

    /// Ends with a status after the command has printed everything there is to say.
    init(_ status: ExitStatus) {
        self.status = status
        message = nil
    }
}
