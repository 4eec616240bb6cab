// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
package import Identity

/// The credentials of a request on their way to a thread that verifies them.
package struct IdentificationJob: Sendable {
    /// Where the outcome is to be told: ``Desk/deliver(_:ticket:)``.
    package let ticket: UInt64
    let credential: PresentedCredential
    /// The buffer that the credential's ranges lie in.
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
    /// Has a job done elsewhere; its outcome comes to the loop's desk. It must return at once.
    func submit(_ job: IdentificationJob)
}
