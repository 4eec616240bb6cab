// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a listener shows clients and requires of them. All files are given by content, in PEM.
package struct ListenerTLS: Hashable, Sendable {
    package enum MinimumVersion: String, CaseIterable, Sendable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// Ciphers of TLS 1.2, all with ephemeral keys (ECDHE) and authenticated; those of TLS 1.3 are
    /// the library's, and no weaker.
    package enum Cipher: String, CaseIterable, Sendable {
        case aes128GCM = "aes128-gcm"
        case aes256GCM = "aes256-gcm"
        case chacha20Poly1305 = "chacha20-poly1305"
    }

    /// Whether clients show a certificate, and who must have issued it.
    package enum ClientAuthentication: Hashable, Sendable {
        case none
        /// A certificate that is shown is checked; a bad one ends the handshake.
        case optional(authorities: [UInt8])
        case required(authorities: [UInt8])
    }

    /// The leaf first.
    package var certificateChain: [UInt8]
    package var privateKey: [UInt8]
    package var minimumVersion: MinimumVersion
    /// The first that the client offers is taken.
    package var ciphers = Cipher.allCases
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
