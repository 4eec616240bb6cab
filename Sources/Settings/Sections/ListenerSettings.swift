// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import HTTPWire

/// An element of `listen`: one address at which clients are served.
package struct ListenerSettings: Hashable, Sendable {
    package var address: ListenAddress
    /// Nil: the listener speaks plain HTTP.
    package var tls: TLSSettings?
    package var http = ClientLimits()
    /// Peers whose `X-Forwarded-For` is trusted.
    package var trustedProxies: [AddressBlock] = []

    static let section = Section(
        start: ListenerSettings(address: .placeholder),
        keys: [
            Key(
                "address", \.address, .listenAddress, isRequired: true,
                "Where it listens. Port 0 takes any free port.", example: "0.0.0.0:8443"),
            Key(
                "tls", \.tls, .optional(.section(TLSSettings.section)),
                "How the listener proves who it is, and whether clients have to.",
                standard: "none: plain HTTP"),
            Key(
                "http", \.http, .section(HTTPSection.section),
                "Limits on what one client may send and how slowly."),
            Key(
                "trusted_proxies", \.trustedProxies,
                .set(of: .addressBlock, isEmptyAllowed: true),
                "Peers whose `X-Forwarded-For` is trusted. It is stripped from all others.",
                example: "[10.0.0.0/8]"),
        ])
}
