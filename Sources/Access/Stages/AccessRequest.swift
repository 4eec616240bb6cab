// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import AuditRecords
package import Identity

/// A request that was understood in full, whatever protocol it came in: the first stage of an exchange's life.
///
/// What all protocols share is here; what one protocol asks for is in ``facts``. Ranges refer to
/// ``bytes``. Not copyable: it moves from stage to stage without counting references.
package struct AccessRequest: ~Copyable, Sendable {
    package let bytes: [UInt8]
    package let facts: AccessFacts
    /// Whether it may change something, so that its `started` record comes first unless the route
    /// says otherwise. Taken from its facts, because it is asked more than once.
    let mayChange: Bool
    package let credential: PresentedCredential
    /// The client's `traceparent`, if it sent a valid one.
    package let trace: TraceContext?
    package let userAgent: Range<Int>?
    /// A trusted peer's values of `X-Forwarded-For`, if the configuration keeps them.
    package let forwarded: [Range<Int>]
    /// Fields that the configuration keeps.
    package let kept: [KeptField]

    package init(
        bytes: [UInt8], facts: AccessFacts, credential: PresentedCredential, trace: TraceContext?,
        userAgent: Range<Int>?, forwarded: [Range<Int>] = [], kept: [KeptField] = []
    ) {
        self.bytes = bytes
        self.facts = facts
        mayChange = facts.mayChange
        self.credential = credential
        self.trace = trace
        self.userAgent = userAgent
        self.forwarded = forwarded
        self.kept = kept
    }
}

/// What a request asks for, in its protocol's terms. A database statement, a Kubernetes verb and a
/// tool call will be further cases, each with the record member that it fills.
package enum AccessFacts: Sendable {
    case http(HTTPRequestFacts)
}

/// What an HTTP request asks for; its path is canonical already.
package struct HTTPRequestFacts: Sendable {
    /// Empty for an HTTP/1.0 request that names none.
    package let host: Range<Int>
    package let path: Range<Int>
    package let query: Range<Int>?
    package let method: Method
    package let version: HTTPFacts.Version
    package let traits: Traits
    /// Whether it may change something: by its method, or by one that it asks to be treated as.
    package let mayChange: Bool

    package init(
        host: Range<Int>, path: Range<Int>, query: Range<Int>?, method: Method,
        version: HTTPFacts.Version, traits: Traits
    ) {
        self.host = host
        self.path = path
        self.query = query
        self.method = method
        self.version = version
        self.traits = traits
        mayChange =
            !method.isSafe
            || (!traits.overrides.isEmpty && traits.overrides.contains { !$0.isSafe })
    }

    /// What few requests have, so that one check is enough for all others.
    package struct Traits: Sendable {
        /// Whether some services would read a different path in the one sent.
        package var hasOtherReadings: Bool
        /// Whether the path holds `%2F`.
        package var hasEncodedSlash: Bool
        /// Whether it asks to switch to a protocol that is not supported.
        package var asksUpgrade: Bool
        /// The methods that fields ask to use instead of its own.
        package var overrides: [Method]
        /// Where the path is as it was sent, if that is not the canonical one: for the record alone.
        package var originalPath: Range<Int>?

        package init(
            hasOtherReadings: Bool, hasEncodedSlash: Bool, asksUpgrade: Bool, overrides: [Method],
            originalPath: Range<Int>?
        ) {
            self.hasOtherReadings = hasOtherReadings
            self.hasEncodedSlash = hasEncodedSlash
            self.asksUpgrade = asksUpgrade
            self.overrides = overrides
            self.originalPath = originalPath
        }

        /// An ordinary request.
        package static let none = Traits(
            hasOtherReadings: false, hasEncodedSlash: false, asksUpgrade: false, overrides: [],
            originalPath: nil)

        /// Whether it has none of what decisions depend on.
        var isOrdinary: Bool { !hasOtherReadings && !asksUpgrade && overrides.isEmpty }
    }
}

extension AccessRequest {
    @inline(__always)
    var http: HTTPRequestFacts {
        switch facts {
        case .http(let http): http
        }
    }
}

extension AccessFacts {
    /// Whether it may change something.
    @inline(__always)
    fileprivate var mayChange: Bool {
        switch self {
        case .http(let http): http.mayChange
        }
    }
}

/// A field whose value is committed to.
package struct KeptField: Hashable, Sendable {
    /// Position in the configuration's list of such fields.
    package let position: Int
    /// Where the value is in the request's bytes.
    package let value: Range<Int>

    package init(position: Int, value: Range<Int>) {
        self.position = position
        self.value = value
    }
}
