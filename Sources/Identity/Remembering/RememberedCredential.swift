// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// A credential that was accepted, for as long as its ``VerifiedTokenCache`` remembers it.
///
/// A connection that shows the same credential again and again keeps it, and asks it without hashing what was shown.
///
/// ## Invariants
/// - `ForgottenIsForgotten`: what its cache has let go for any reason (its time, its source's generation, want of room)
///   holds for nobody who still has it.
package final class RememberedCredential {
    let form: ShownCredential.Form
    let bytes: [UInt8]
    let source: CredentialSource
    /// Of its source, when it was verified.
    let generation: SourcesGeneration
    let until: UTCInstant
    let value: AnyObject
    /// Of the bytes, as its cache takes it.
    let hash: Int
    /// Whether it was used since the cache looked for something to let go.
    var wasUsed = false
    /// Set by its cache, for good.
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

    /// Whether a request shows this credential in the same form, and it still holds.
    ///
    /// The comparison takes the same time wherever two texts of one length differ: who shares a trusted proxy's
    /// connection with others learns nothing of what they have shown.
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
