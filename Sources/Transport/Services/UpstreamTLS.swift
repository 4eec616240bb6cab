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
    /// What proves who we are, for services that ask: certificates from the leaf on and their key, in PEM.
    package struct Identity: Hashable, Sendable {
        package var chain: [UInt8]
        package var key: [UInt8]

        package init(chain: [UInt8], key: [UInt8]) {
            self.chain = chain
            self.key = key
        }
    }

    package var identity: Identity?
    /// The name to ask for and check; nil: the upstream's host.
    package var serverName: String?

    package init(verification: Verification, serverName: String?) {
        self.verification = verification
        self.serverName = serverName
    }
}
