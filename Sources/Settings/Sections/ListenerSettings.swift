// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Policy

/// An element of `listen`: one address at which clients are served.
package struct ListenerSettings: Hashable, Sendable {
    /// `address`, required. Port 0 takes any free port.
    package var address: ListenAddress
    /// `tls`, default none: the listener speaks plain HTTP.
    package var tls: TLSSettings?
    /// `http`.
    package var http: HTTPSettings
    /// `trusted_proxies`, default none: peers whose `X-Forwarded-For` is believed. From all others
    /// it is stripped.
    package var trustedProxies: [AddressBlock]

    static let section = Section(
        start: ListenerSettings(
            address: .placeholder, tls: nil, http: HTTPSettings.section.start, trustedProxies: []),
        fields: [
            Field("address", \.address, .listenAddress, isRequired: true),
            Field("tls", \.tls, .optional(.section(TLSSettings.section))),
            Field("http", \.http, .section(HTTPSettings.section)),
            Field(
                "trusted_proxies", \.trustedProxies,
                .set(of: .addressBlock, isEmptyAllowed: true)),
        ])
}
