// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How a service proves who it is.
package struct UpstreamTLS: Hashable, Sendable {
    package enum Verification: Hashable, Sendable {
        /// Chain and name are checked; authorities in PEM, or nil for the system's.
        case full(authorities: [UInt8]?)
        /// Nothing is checked: anybody in between can pose as the service. Every record says so.
        case off
    }

    package var verification: Verification
    /// The name to ask for and check; nil: the upstream's host.
    package var serverName: String?

    package init(verification: Verification, serverName: String?) {
        self.verification = verification
        self.serverName = serverName
    }
}
