// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `listen[].tls`: how a listener proves who it is, and whether clients have to.
package struct TLSSettings: Hashable, Sendable {
    package enum Version: String, CaseIterable, Sendable {
        case v1_2 = "1.2"
        case v1_3 = "1.3"
    }

    package enum ClientAuthentication: String, CaseIterable, Sendable {
        /// Clients are not asked.
        case none
        /// Clients are asked; a certificate that is sent has to be good.
        case optional
        /// The handshake fails without a good certificate.
        case required
    }

    package enum Cipher: String, CaseIterable, Sendable {
        case aes128GCM = "aes128-gcm"
        case aes256GCM = "aes256-gcm"
        case chacha20Poly1305 = "chacha20-poly1305"
    }

    /// `cert`, required: PEM, the listener's certificate first, then the intermediates.
    package var certificate: ResolvedPath
    /// `key`, required: PEM.
    package var key: ResolvedPath
    /// `min`, default 1.2: the oldest version of TLS that is spoken.
    package var minimum: Version
    /// `ciphers`, default aes128-gcm, aes256-gcm, chacha20-poly1305: of TLS 1.2, best first, each with
    /// ECDHE. The first that a client offers is taken.
    package var ciphers: [Cipher]
    /// `client_ca`, default none: PEM, who may issue clients' certificates: roots or intermediates.
    package var clientCA: ResolvedPath?
    /// `client_auth`, default none.
    package var clientAuthentication: ClientAuthentication

    static let section = Section(
        start: TLSSettings(
            certificate: .placeholder, key: .placeholder, minimum: .v1_2,
            ciphers: Cipher.allCases, clientCA: nil,
            clientAuthentication: .none),
        fields: [
            Field("cert", \.certificate, .path, isRequired: true),
            Field("key", \.key, .path, isRequired: true),
            Field("min", \.minimum, .choice()),
            Field("ciphers", \.ciphers, .set(of: .choice(), isEmptyAllowed: false)),
            Field("client_ca", \.clientCA, .optional(.path)),
            Field("client_auth", \.clientAuthentication, .choice()),
        ],
        checks: [
            Check("client_ca", "client_auth") { tls, place, reading in
                switch (tls.clientAuthentication, tls.clientCA) {
                case (.none, .some):
                    reading.note(
                        .conflict, at: place.nearest("client_ca"),
                        "`client_ca` has no effect while `client_auth` is none; set it to optional or required"
                    )
                case (.optional, nil), (.required, nil):
                    reading.note(
                        .conflict, at: place.nearest("client_auth"),
                        "`client_auth` needs a `client_ca` to check certificates against")
                case (.none, nil), (.optional, .some), (.required, .some): break
                }
            }
        ])
}
