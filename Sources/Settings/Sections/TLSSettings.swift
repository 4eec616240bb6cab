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

    /// PEM: the listener's certificate first, then the intermediates.
    package var certificate: ResolvedPath
    /// PEM.
    package var key: ResolvedPath
    /// The oldest version of TLS that is spoken.
    package var minimum = Version.v1_2
    /// For TLS 1.2, each with ECDHE. The first one that a client offers is used.
    package var ciphers = Cipher.allCases
    /// PEM: roots or intermediates.
    package var clientCA: ResolvedPath?
    package var clientAuthentication = ClientAuthentication.none

    static let section = Section(
        start: TLSSettings(certificate: .placeholder, key: .placeholder),
        keys: [
            Key(
                "cert", \.certificate, .file, isRequired: true,
                "PEM: the listener's certificate first, then the intermediates.",
                example: "tls.crt", takesEffect: .onReload),
            Key(
                "key", \.key, .file, isRequired: true, "PEM, not encrypted.", example: "tls.key",
                takesEffect: .onReload),
            Key(
                "min", \.minimum, .choice(), "The oldest version of TLS that is spoken.",
                example: "\"1.3\"", takesEffect: .onReload),
            Key(
                "ciphers", \.ciphers, .set(of: .choice(), isEmptyAllowed: false),
                "The ciphers of TLS 1.2, in order of preference; all have forward secrecy. TLS 1.3 has its own.",
                example: "[aes256-gcm, chacha20-poly1305]", takesEffect: .onReload),
            Key(
                "client_ca", \.clientCA, .optional(.file),
                "PEM: who may issue clients' certificates.", example: "clients.pem",
                takesEffect: .onReload,
                together: [
                    "listen[].tls.client_auth": "optional", "identity[].mtls.ca": "clients.pem",
                ]),
            Key(
                "client_auth", \.clientAuthentication, .choice(),
                "`none`: clients are not asked. `optional`: a certificate, if sent, must be valid. "
                    + "`required`: the handshake fails without one.", example: "required",
                takesEffect: .onReload),
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
