// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why the data plane did not start or reload; the description ends in what to do.
package struct DataPlaneFault: Error, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        case noListener
        case bind
        case listenerCertificate
        case clientAuthorities
        case upstreamAuthorities
        case upstreamName
        /// Fields that a service gets or does not get, or its `Via`.
        case upstreamFields
        /// Upstreams and rulebook do not match.
        case upstreamCount
        case stopped
    }

    package let code: Code
    package let description: String
    /// What the system or the TLS library said.
    package let cause: (any Error)?

    package init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
        self.code = code
        self.description = description
        self.cause = cause
    }
}
