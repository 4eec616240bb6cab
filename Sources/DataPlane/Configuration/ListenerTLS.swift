// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a listener shows clients, and what it asks of them. All files are given by content, in PEM.
package struct ListenerTLS: Hashable, Sendable {
    package enum MinimumVersion: String, CaseIterable, Sendable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// Whether clients show a certificate, and who must have issued it.
    package enum ClientAuthentication: Hashable, Sendable {
        case none
        /// Those that show one are checked; a bad one ends the handshake.
        case optional(authorities: [UInt8])
        case required(authorities: [UInt8])
    }

    /// The leaf first.
    package var certificateChain: [UInt8]
    package var privateKey: [UInt8]
    package var minimumVersion: MinimumVersion
    package var clientAuthentication: ClientAuthentication

    package init(
        certificateChain: [UInt8], privateKey: [UInt8], minimumVersion: MinimumVersion,
        clientAuthentication: ClientAuthentication
    ) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.minimumVersion = minimumVersion
        self.clientAuthentication = clientAuthentication
    }
}
