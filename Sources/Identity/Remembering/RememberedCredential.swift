// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// A credential that was accepted, for as long as its ``VerifiedTokenCache`` remembers it.
///
/// A connection that keeps showing the same credential keeps this, and checks it without hashing
/// what was shown.
///
/// ## Invariants
/// - `ForgottenIsForgotten`: what its cache has dropped for any reason (its time, its source's
///   generation, lack of room) is invalid for everybody who still has it.
package final class RememberedCredential {
    let form: ShownCredential.Form
    let bytes: [UInt8]
    let source: CredentialSource
    /// The generation of its source when it was verified.
    let generation: SourcesGeneration
    let until: UTCInstant
    let value: AnyObject
    /// The hash of its bytes, as computed by its cache.
    let hash: Int
    /// Whether it was used since the cache last looked for something to drop.
    var wasUsed = false
    /// Set once by its cache.
    var isForgotten = false

    init(
        _ bytes: [UInt8], as form: ShownCredential.Form, hash: Int, value: AnyObject,
        from source: CredentialSource, generation: SourcesGeneration, until: UTCInstant
    ) {
        self.bytes = bytes
        self.form = form
        self.hash = hash
        self.value = value
        self.source = source
        self.generation = generation
        self.until = until
    }

    /// Whether a request shows this credential in the same form, and it is still valid.
    ///
    /// The comparison takes the same time wherever two texts of one length differ: those who share
    /// a trusted proxy's connection learn nothing of what others have shown.
    package func holds(
        _ shown: Span<UInt8>, as form: ShownCredential.Form, now: UTCInstant
    ) -> Bool {
        let bytes = bytes
        guard !isForgotten, now.microseconds < until.microseconds, form == self.form,
            shown.holdsSameBytes(as: bytes.span)
        else { return false }
        wasUsed = true
        return true
    }
}

@available(*, unavailable)
extension RememberedCredential: Sendable {}
