// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
package import Identity

/// The credentials of a request on their way to a thread that verifies them.
package struct IdentificationJob: Sendable {
    /// Under which to report the outcome: ``Desk/deliver(_:ticket:)``.
    package let ticket: UInt64
    let credential: PresentedCredential
    /// The buffer that the credential's ranges refer to.
    let bytes: [UInt8]
    /// What they may be bound to.
    package let binding: RequestBinding
    let sources: IdentitySources
    let now: UTCInstant

    /// Who makes the request. On any thread.
    package func perform() -> Identification {
        sources.identify(credential, in: bytes.span, binding: binding, now: now)
    }
}

/// The way from an event loop to the threads that verify credentials.
package protocol IdentificationPort: AnyObject, Sendable {
    /// Has a job done elsewhere; its outcome goes to the loop's desk. Must return at once.
    func submit(_ job: IdentificationJob)
}
