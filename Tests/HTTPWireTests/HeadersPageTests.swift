// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPWire
import Testing

@Suite("GeneratedDocs: the page of header fields")
struct HeadersPageTests {
    /// A part of the list, with who writes such fields where a service may believe them.
    private struct Group {
        let title: String
        let fields: KnownFieldSet
    }

    private static let groups = [
        Group(
            title: "Where a request came from, and what it asked for",
            fields: [
                .forwarded, .xForwarded, .forwardedFor, .xForwardedFor, .xForwardedProto,
                .xForwardedHost, .xForwardedPort, .xForwardedFamily, .xRealIP, .trueClientIP,
                .cfConnectingIP, .cfConnectingIPv6, .xClientIP, .xClusterClientIP, .fastlyClientIP,
                .xOriginatingIP, .xEnvoyExternalAddress, .xHost, .xOriginalHost, .xOriginalURL,
                .xOriginalURI, .xOriginalMethod, .xRewriteURL, .xEnvoyOriginalPath,
            ]),
        Group(
            title: "A client certificate that a proxy has checked",
            fields: [
                .xForwardedClientCert, .clientCert, .clientCertChain, .xClientCert, .xClientDN,
                .xClientVerify, .xARRClientCert, .xSSLFamily, .sslClientFamily, .xAmazonMTLSFamily,
            ]),
        Group(
            title: "Who a proxy says the user is",
            fields: [
                .remoteUser, .remoteGroup, .remoteGroups, .remoteName, .remoteEmail, .xRemoteFamily,
                .xWebAuthFamily, .xAuthRequestFamily, .xAuthenticatedFamily, .xProxyUser,
                .xAuthUsername, .xAuthGroups, .xUserinfo, .xAPIGatewayUserinfo, .xEndpointUserinfo,
                .xTokenSubject, .xConsumerFamily, .xAnonymousConsumer, .xCredentialIdentifier,
                .xVouchFamily, .xAuthentikFamily, .xPomeriumFamily, .xGoogleUserFamily,
                .xGoogleIAPAssertion, .xAmazonOIDCFamily, .xMicrosoftPrincipalFamily,
                .cfAccessFamily, .tailscaleUserFamily, .oidcFamily, .ivFamily, .siteMinderFamily,
                .impersonateFamily,
            ]),
        Group(
            title: "This proxy's own",
            fields: [.auditID, .countersignRecord, .countersignFamily]),
    ]

    private static let introduction = """
        # Header fields

        What services get of the fields that clients send, and what they are told. This page is generated from the code by
        `make docs`.

        ## Set

        | field | value |
        |---|---|
        | `Host` | the client's, or what `upstream.host` says |
        | `X-Forwarded-For` | the address of the client; behind a trusted proxy its list, and the proxy's address |
        | `X-Forwarded-Proto` | `http` or `https`, as the client speaks it |
        | `X-Forwarded-Host` | the host that the client asked for |
        | `traceparent` | the client's trace (W3C Trace Context) with a span of ours, or a new one |
        | `Countersign-Record` | the record's uid, which the client gets, too |
        | `Countersign-Subject` | the opaque id of the caller, as in records; `anonymous` for nobody |
        | `Countersign-Roles` | the roles, separated by commas, each percent-encoded where it is not visible ASCII |
        | `Countersign-Issuer` | who vouches for the caller; absent for nobody |
        | `Via` | only with `via`: the client's, and this proxy |

        A client's fields of these names never arrive (`Via` and a trusted proxy's `X-Forwarded-For` excepted). A
        service that listens to this proxy alone may believe them.

        ## Removed

        The credential that identified the caller (`credentials: { forward: true }` keeps it), what is for one hop
        (`Connection` and what it names, `Keep-Alive`, `TE`, `Trailer`, `Upgrade`, `Expect`, `Proxy-…`), a `tracestate`
        without its trace, and the fields below, which widespread services believe from a proxy, in any letter case. A
        name is removed with `_`, `.` or the like for `-` as well, since gateways that speak CGI cannot tell them apart.


        """

    private static let ending = """
        ## Passes

        Everything else, byte for byte: cookies, `Authorization` that is not ours, `X-Auth-Token`, `X-User-Id`,
        `Client-IP`, and `X-Auth-User`, which clients of OpenStack Swift and others send with a key of their own.
        Method overrides (`X-HTTP-Method-Override`, `X-HTTP-Method`, `X-Method-Override`) pass where the rules allow
        both methods.

        ## Changed for one service

        ```yaml
        services:
          - name: wiki
            strip:
              add: [x-user-id]        # this one believes it from a proxy
              keep: [x-original-url]  # this one needs it from clients, and must not believe it
        ```

        `add` removes a name however `-` is written; `keep` lets through that one spelling. Neither can name what this
        proxy sets, and `keep` nothing that passes anyway or concerns one hop: `countersign check` says so.

        """

    private static func line(_ group: Group) -> String {
        let names = KnownField.allCases.filter { group.fields.contains($0) }.map {
            $0.isFamily ? "`\($0.name)…`" : "`\($0.name)`"
        }
        return "**\(group.title):** \(names.sorted().joined(separator: ", ")).\n\n"
    }

    private static var page: String {
        groups.reduce(introduction) { $0 + line($1) } + ending
    }

    @Test("Docs/Using/Headers.md is what the code does")
    func headers() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Docs/Using/Headers.md")
        if ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_GOLDEN"] != nil {
            try Self.page.write(to: file, atomically: true, encoding: .utf8)
        }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == Self.page
        #expect(isCurrent, "Docs/Using/Headers.md is out of date: run `make docs`")
    }

    @Test("Every field that is removed stands on the page once")
    func complete() {
        for field in KnownField.allCases where field != .disguised {
            let count = Self.groups.count { $0.fields.contains(field) }
            #expect(count == (KnownFieldSet.claims.contains(field) ? 1 : 0), "\(field)")
        }
    }

    @Test(
        "What well-known proxies tell services is removed, also with an underscore",
        arguments: [
            // SiteMinder, WebSEAL, Kubernetes, Apache mod_auth_openidc
            "SM-User", "SM_USER", "SM-UserDN", "Iv-User", "IV-Groups", "iv_creds", "iv-user-l",
            "Impersonate-User", "Impersonate-Group", "Impersonate-Uid", "Impersonate-Extra-scopes",
            "OIDC_CLAIM_email", "OIDC-Claim-Sub", "OIDC_access_token",
            // Clouds
            "X-Goog-Authenticated-User-Email", "X-Goog-IAP-JWT-Assertion", "X-Amzn-Oidc-Data",
            "X-MS-Client-Principal", "X-MS-CLIENT-PRINCIPAL-NAME", "Cf-Access-Jwt-Assertion",
            "Cf-Access-Authenticated-User-Email", "X-ARR-ClientCert", "X-Endpoint-API-UserInfo",
            "X-Apigateway-Api-Userinfo", "Tailscale-User-Login",
            // Gateways
            "X-Consumer-Username", "X-Credential-Identifier", "X-Anonymous-Consumer",
            "X-Authenticated-Userid", "X-Vouch-User", "X-Authentik-Username", "X-authentik-groups",
            "X-Pomerium-Jwt-Assertion", "X-Auth-Username", "X-Auth-Groups", "X-Proxy-User",
            "X-Remote-Group", "X-Remote-Groups", "X-Remote-Extra-Scopes", "X-Token-Subject",
        ])
    func wellKnown(name: String) throws {
        let head = try parse("GET / HTTP/1.1\r\nHost: a\r\n\(name): evil\r\n\r\n")
        #expect(head.fields.contains { KnownFieldSet.claims.contains($0.known) }, "\(name)")
        #expect(
            !(try forwarded("GET / HTTP/1.1\r\nHost: a\r\n\(name): evil\r\n\r\n")).contains("evil"))
    }

    @Test(
        "What begins alike and is something else passes",
        arguments: [
            "Small", "SMTP-Host", "Ivory", "Impersonation", "If-Match", "Sec-Fetch-Site", "X-Smart",
            "X-Auth-User", "X-Auth-Key", "X-Auth-Token", "Oidcx", "Tail", "X-Remote", "I", "S-M",
            "i-",
        ])
    func others(name: String) throws {
        let head = try parse("GET / HTTP/1.1\r\nHost: a\r\n\(name): x\r\n\r\n")
        #expect(head.fields.allSatisfy { !KnownFieldSet.claims.contains($0.known) })
    }
}
