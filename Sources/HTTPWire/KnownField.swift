// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a field is to this proxy, found once per field while the head is parsed.
///
/// Everything that decides, frames, forwards or strips compares this byte instead of a name. An
/// unlisted name may still belong to a family, recognised by its start.
package enum KnownField: UInt8, CaseIterable, Sendable {
    /// A name that means nothing here and passes through.
    case other = 0
    /// A name with `_` that would be protected with `-` instead; never taken for that field here.
    case disguised

    // Where a message begins and ends
    case host
    case contentLength
    case transferEncoding
    case trailer
    case expect

    // One hop only (RFC 9110 §7.6.1)
    case connection
    case keepAlive
    case te
    case upgrade
    case http2Settings
    case proxy
    case proxyConnection
    case proxyAuthenticate
    case proxyAuthorization

    // Credentials
    case authorization
    case xAPIKey
    case cookie
    case dpop

    // Where a request claims to come from
    case forwarded
    case xForwarded
    case forwardedFor
    case xForwardedFor
    case xForwardedProto
    case xForwardedHost
    case xForwardedPort
    case xForwardedClientCert
    case xRealIP
    case trueClientIP
    case cfConnectingIP
    case cfConnectingIPv6
    case xClientIP
    case xClusterClientIP
    case fastlyClientIP
    case xOriginatingIP
    case xEnvoyExternalAddress
    case xHost
    case xOriginalHost

    // What a request claims to ask for
    case xOriginalURL
    case xOriginalURI
    case xOriginalMethod
    case xRewriteURL
    case xEnvoyOriginalPath
    case xHTTPMethodOverride
    case xHTTPMethod
    case xMethodOverride

    // Who a request claims to be from
    case remoteUser
    case remoteGroup
    case remoteGroups
    case remoteName
    case remoteEmail
    case xUserinfo
    case xAPIGatewayUserinfo
    case xEndpointUserinfo
    case xProxyUser
    case xAuthUsername
    case xAuthGroups
    case xAnonymousConsumer
    case xTokenSubject
    case xCredentialIdentifier
    case xGoogleIAPAssertion
    case clientCert
    case clientCertChain
    case xClientCert
    case xARRClientCert
    case xClientDN
    case xClientVerify
    case auditID
    case countersignRecord

    // Tracing
    case traceparent
    case tracestate
    case xRequestID

    // Content and the rest
    case accept
    case altSvc
    case contentLocation
    case refresh
    case acceptEncoding
    case acceptLanguage
    case cacheControl
    case contentEncoding
    case contentType
    case date
    case etag
    case lastModified
    case location
    case origin
    case range
    case referer
    case retryAfter
    case server
    case setCookie
    case userAgent
    case vary
    case via
    case wwwAuthenticate

    // Families: any other name with this start
    /// `proxy-…`
    case proxyFamily
    /// `x-forwarded-…`
    case xForwardedFamily
    /// `x-ssl-…`
    case xSSLFamily
    /// `ssl-client-…`
    case sslClientFamily
    /// `x-amzn-mtls-…`
    case xAmazonMTLSFamily
    /// `x-remote-…`
    case xRemoteFamily
    /// `x-webauth-…`
    case xWebAuthFamily
    /// `x-auth-request-…`
    case xAuthRequestFamily
    /// `x-authenticated-…`
    case xAuthenticatedFamily
    /// `x-consumer-…`
    case xConsumerFamily
    /// `x-vouch-…`
    case xVouchFamily
    /// `x-authentik-…`
    case xAuthentikFamily
    /// `x-pomerium-…`
    case xPomeriumFamily
    /// `x-goog-authenticated-user-…`
    case xGoogleUserFamily
    /// `x-amzn-oidc-…`
    case xAmazonOIDCFamily
    /// `x-ms-client-principal…`
    case xMicrosoftPrincipalFamily
    /// `cf-access-…`
    case cfAccessFamily
    /// `iv-…`
    case ivFamily
    /// `sm-…`
    case siteMinderFamily
    /// `impersonate-…`
    case impersonateFamily
    /// `tailscale-user-…`
    case tailscaleUserFamily
    /// `oidc-…`
    case oidcFamily
    /// `countersign-…`
    case countersignFamily
}
