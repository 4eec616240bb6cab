// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import AuditRecords
package import Identity

/// A request whose head was understood in full: the first stage of an exchange's life.
///
/// Ranges lie in ``head``, whose path is canonical already.
package struct ReceivedRequest: Sendable {
    package let head: [UInt8]
    /// Empty for an HTTP/1.0 request that names none.
    package let host: Range<Int>
    package let path: Range<Int>
    package let query: Range<Int>?
    package let userAgent: Range<Int>?
    package let method: Method
    package let version: HTTPFacts.Version
    package let credential: PresentedCredential
    /// The client's `traceparent`, if it sent a valid one.
    package let trace: TraceContext?
    package let traits: Traits
    /// The values of `X-Forwarded-For` of a trusted peer, where the configuration keeps them.
    package let forwarded: [Range<Int>]
    /// Fields that the configuration keeps.
    package let kept: [KeptField]

    package init(
        head: [UInt8], host: Range<Int>, path: Range<Int>, query: Range<Int>?,
        userAgent: Range<Int>?, method: Method, version: HTTPFacts.Version,
        credential: PresentedCredential, trace: TraceContext?, traits: Traits,
        forwarded: [Range<Int>] = [], kept: [KeptField] = []
    ) {
        self.head = head
        self.host = host
        self.path = path
        self.query = query
        self.userAgent = userAgent
        self.method = method
        self.version = version
        self.credential = credential
        self.trace = trace
        self.traits = traits
        self.forwarded = forwarded
        self.kept = kept
    }

    /// What few requests have, so that all others are asked about it once.
    package struct Traits: Sendable {
        /// Whether some services read another path in the one that was sent.
        package var hasOtherReadings: Bool
        /// Whether the path holds `%2F`.
        package var hasEncodedSlash: Bool
        /// Whether it asks to go on in a protocol that is not carried.
        package var asksUpgrade: Bool
        /// The methods that fields ask to take the place of its own.
        package var overrides: [Method]

        package init(
            hasOtherReadings: Bool, hasEncodedSlash: Bool, asksUpgrade: Bool, overrides: [Method]
        ) {
            self.hasOtherReadings = hasOtherReadings
            self.hasEncodedSlash = hasEncodedSlash
            self.asksUpgrade = asksUpgrade
            self.overrides = overrides
        }

        /// An ordinary request.
        package static let none = Traits(
            hasOtherReadings: false, hasEncodedSlash: false, asksUpgrade: false, overrides: [])

        /// Whether it has none of this.
        var isOrdinary: Bool { !hasOtherReadings && !asksUpgrade && overrides.isEmpty }
    }
}

/// A field whose value is committed to.
package struct KeptField: Hashable, Sendable {
    /// Position in the configuration's list of such fields.
    package let position: Int
    /// Where the value lies in the head.
    package let value: Range<Int>

    package init(position: Int, value: Range<Int>) {
        self.position = position
        self.value = value
    }
}
