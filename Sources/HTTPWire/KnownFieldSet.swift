// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A set of known fields in two machine words.
package struct KnownFieldSet: Hashable, Sendable, ExpressibleByArrayLiteral {
    private var bits: UInt128

    package init() { bits = 0 }

    package init(arrayLiteral fields: KnownField...) {
        bits = 0
        for field in fields { insert(field) }
    }

    private init(bits: UInt128) { self.bits = bits }

    @inline(__always)
    package func contains(_ field: KnownField) -> Bool {
        (bits &>> UInt128(field.rawValue)) & 1 == 1
    }

    @inline(__always)
    package mutating func insert(_ field: KnownField) { bits |= 1 &<< UInt128(field.rawValue) }

    @inline(__always)
    package func union(_ other: Self) -> Self { Self(bits: bits | other.bits) }

    package func subtracting(_ other: Self) -> Self { Self(bits: bits & ~other.bits) }

    @inline(__always)
    package func isDisjoint(with other: Self) -> Bool { bits & other.bits == 0 }
}

extension KnownFieldSet {
    /// Says where a body ends; rewritten, never copied.
    static let framing: Self = [.contentLength, .transferEncoding]

    /// Concerns only one hop (RFC 9110 §7.6.1) and never passes through.
    static let oneHop: Self = [
        .connection, .keepAlive, .te, .trailer, .upgrade, .http2Settings, .expect, .proxy,
        .proxyConnection, .proxyAuthenticate, .proxyAuthorization, .proxyFamily,
    ]

    /// Claims about origin, destination or identity that a client could forge.
    ///
    /// A service may believe them only if a proxy in front of it wrote them, so the client's never
    /// pass.
    package static let claims: Self = [
        .forwarded, .xForwarded, .forwardedFor, .xForwardedFor, .xForwardedProto, .xForwardedHost,
        .xForwardedPort, .xForwardedClientCert, .xForwardedFamily, .xRealIP, .trueClientIP,
        .cfConnectingIP, .cfConnectingIPv6, .xClientIP, .xClusterClientIP, .fastlyClientIP,
        .xOriginatingIP, .xEnvoyExternalAddress, .xHost, .xOriginalHost, .xOriginalURL,
        .xOriginalURI, .xOriginalMethod, .xRewriteURL, .xEnvoyOriginalPath, .clientCert,
        .clientCertChain, .xClientCert, .xClientDN, .xClientVerify, .xSSLFamily, .sslClientFamily,
        .xAmazonMTLSFamily, .remoteUser, .remoteGroup, .remoteGroups, .remoteName, .remoteEmail,
        .xUserinfo, .xAPIGatewayUserinfo, .xEndpointUserinfo, .xRemoteFamily, .xWebAuthFamily,
        .xAuthRequestFamily, .xAuthenticatedFamily, .xConsumerFamily, .xVouchFamily,
        .xAuthentikFamily, .xPomeriumFamily, .xGoogleUserFamily, .xAmazonOIDCFamily,
        .xMicrosoftPrincipalFamily, .cfAccessFamily, .tailscaleUserFamily, .oidcFamily,
        .ivFamily, .siteMinderFamily, .impersonateFamily, .xProxyUser, .xAuthUsername, .xAuthGroups,
        .xAnonymousConsumer, .xTokenSubject,
        .xCredentialIdentifier, .xGoogleIAPAssertion, .xARRClientCert, .auditID,
        .countersignRecord, .countersignFamily, .disguised,
    ]

    /// Asks a service to act as if the request line had another method. It passes, and the rules
    /// are asked for both methods.
    package static let methodOverrides: Self = [
        .xHTTPMethodOverride, .xHTTPMethod, .xMethodOverride,
    ]

    /// Names that belong to this proxy; a service's own are not passed to clients.
    package static let ours: Self = [
        .auditID, .countersignRecord, .countersignFamily, .disguised,
    ]

    /// End-to-end fields that decide something; `Connection` must not remove them.
    static let notNominable: Self = claims.union(methodOverrides).union([
        .host, .contentLength, .transferEncoding, .contentType, .contentEncoding, .authorization,
        .xAPIKey, .cookie, .setCookie, .dpop, .traceparent, .tracestate,
    ])

    /// What a request never passes on to a service as the client wrote it.
    static let notForwarded = oneHop.union(framing).union(claims).union([.host])

    /// What a response never passes on to a client as the service wrote it.
    ///
    /// `Alt-Svc` (RFC 7838) would lead clients around this proxy, to where nothing is decided or recorded.
    static let notReturned = oneHop.union(framing).union(ours).union([.altSvc])

    /// Response fields that a client follows to a URL by itself.
    static let pointers: Self = [.location, .contentLocation, .refresh]
}
