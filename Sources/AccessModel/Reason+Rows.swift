// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension Reason {
    /// The rows of all reasons, in the order of the cases.
    package static let rows: [ReasonRow] = allCases.map(\.written)

    /// What the reason's code, answer and record are.
    package var row: ReasonRow { Self.rows[Int(rawValue)] }

    /// The table that answers, records and documents are made from. The only place that lists reasons.
    private var written: ReasonRow {
        switch self {
        case .roleMatch:
            Row(
                "role_match", .granted, nil, .informational, "A rule allows this role.")
        case .ruleAllowed:
            Row(
                "rule_allowed", .granted, nil, .informational, "A rule allows this access.")
        case .malformedRequestLine:
            Row(
                "malformed_request_line", .malformed, 400, .low, "The request line is malformed.",
                remedy:
                    "The client sent something other than `METHOD target HTTP/1.1`, with the method in capital letters; have it, or the port it goes to, looked at."
            )
        case .malformedHeader:
            Row(
                "malformed_header", .malformed, 400, .medium,
                "A header field is malformed or not allowed.",
                remedy:
                    "The client, or something between, sent a field that two parsers could read differently; mend the field that is named."
            )
        case .malformedTarget:
            Row(
                "malformed_target", .malformed, 400, .low, "The request target is malformed.",
                remedy:
                    "Have the client send a path that begins with a slash, with everything unusual percent-encoded."
            )
        case .malformedHost:
            Row(
                "malformed_host", .malformed, 400, .medium,
                "Host is missing, repeated, malformed, or not the one that the target names.",
                remedy:
                    "Have the client send exactly one Host, with the name that it means.")
        case .malformedPath:
            Row(
                "malformed_path", .malformed, 400, .medium,
                "The path leads elsewhere or has no meaning.",
                remedy:
                    "Have the client send the path without `..`, encoded control characters or broken encodings."
            )
        case .ambiguousFraming:
            Row(
                "ambiguous_framing", .malformed, 400, .medium,
                "The length of the body is ambiguous.",
                remedy:
                    "Nobody honest sends this: two parsers would see different ends of the body. Look where it came from."
            )
        case .unsupportedTransferCoding:
            Row(
                "unsupported_transfer_coding", .malformed, 501, .medium,
                "Only the chunked transfer coding is supported.",
                remedy:
                    "Have the client send the body chunked, or with its length.")
        case .malformedChunk:
            Row(
                "malformed_chunk", .malformed, 400, .medium, "The chunked body is malformed.",
                remedy:
                    "Have the client's chunked bodies looked at; the proxy passes on none that it cannot read."
            )
        case .unsupportedVersion:
            Row(
                "unsupported_version", .malformed, 505, .low,
                "Only HTTP/1.1 and HTTP/1.0 are supported here.",
                remedy:
                    "Have the client speak HTTP/1.1.")
        case .methodNotSupported:
            Row(
                "method_not_supported", .malformed, 405, .low, "This method is not proxied.",
                remedy:
                    "This method cannot be proxied; use another.")
        case .unknownExpectation:
            Row(
                "unknown_expectation", .malformed, 417, .low,
                "Only the expectation 100-continue is supported.",
                remedy:
                    "Have the client leave Expect away, or send 100-continue.")
        case .bodyIncomplete:
            Row(
                "body_incomplete", .malformed, 400, .low,
                "The connection ended before the body did.",
                remedy:
                    "No record has this code yet: a client that leaves before its body ends is `client_closed`."
            )
        case .headTooLarge:
            Row(
                "head_too_large", .limit, 431, .low, "The header section is too large.",
                remedy:
                    "Have the client send less, often fewer cookies, or raise http.max_header_bytes."
            )
        case .tooManyFields:
            Row(
                "too_many_fields", .limit, 431, .low, "The request has too many header fields.",
                remedy:
                    "Have the client send fewer fields, or raise http.max_headers.")
        case .targetTooLong:
            Row(
                "target_too_long", .limit, 414, .low, "The request target is too long.",
                remedy:
                    "Have the client send the query as a body, or raise http.max_target.")
        case .bodyTooLarge:
            Row(
                "body_too_large", .limit, 413, .low, "The body is larger than allowed here.",
                remedy:
                    "Have the client send less at a time, or raise http.max_body.")
        case .framingOverhead:
            Row(
                "framing_overhead", .limit, 400, .low,
                "The chunked body spends too many bytes on framing.",
                remedy:
                    "Have the client send larger chunks.")
        case .headTimeout:
            Row(
                "head_timeout", .limit, 408, .low, "The header section did not arrive in time.",
                remedy:
                    "The client was too slow, or opened connections for nothing; http.header_timeout says how long it may take."
            )
        case .bodyTimeout:
            Row(
                "body_timeout", .limit, 408, .low, "The body did not arrive in time.",
                remedy:
                    "The client was too slow; http.body_timeout and http.min_body_rate say how long it may take."
            )
        case .tooManyConnections:
            Row(
                "too_many_connections", .limit, 503, .low, "Too many connections are open.",
                remedy:
                    "Raise http.max_connections or http.max_connections_per_peer, or look who opens so many."
            )
        case .recordTooLarge:
            Row(
                "record_too_large", .limit, 431, .low,
                "The audit record of this request would be too large.",
                remedy:
                    "Have the client send shorter values: the record of this request would not fit into the log."
            )
        case .noRoute:
            Row(
                "no_route", .routing, 404, .low, "No service is configured for this host and path.",
                remedy:
                    "Add a service for this host and path, or correct the URL. `countersign policy test METHOD URL` tries it."
            )
        case .unlistedRoute:
            Row(
                "unlisted_route", .routing, 404, .low, "The service lists no such route.",
                remedy:
                    "Add the route under `routes` of {service}, or correct the URL.")
        case .methodNotAllowed:
            Row(
                "method_not_allowed", .routing, 405, .low, "The route does not allow this method.",
                remedy:
                    "Add the method to the route under `routes` of {service}, or use one that is listed."
            )
        case .misdirected:
            Row(
                "misdirected", .routing, 421, .low, "This connection does not serve that host.",
                remedy:
                    "Use a connection that was opened for this host.")
        case .upgradeNotSupported:
            Row(
                "upgrade_not_supported", .routing, 501, .low,
                "The protocol asked for by Upgrade is not carried yet.",
                remedy:
                    "Protocols behind Upgrade, such as WebSocket, are not carried yet; reach that part of the service another way."
            )
        case .noCredentials:
            Row(
                "no_credentials", .identity, 401, .low, "Credentials are required.",
                remedy:
                    "Send a credential: an API key as X-Api-Key, a bearer token, or a client certificate."
            )
        case .ambiguousCredentials:
            Row(
                "ambiguous_credentials", .identity, 401, .medium,
                "More than one credential was sent.",
                remedy:
                    "Send one credential only.")
        case .unknownKey:
            Row(
                "unknown_key", .identity, 401, .medium, "The API key is not known.",
                remedy:
                    "The key is wrong or of another proxy; make a new one with `countersign token mint`."
            )
        case .keyExpired:
            Row(
                "key_expired", .identity, 401, .low, "The API key has expired.",
                remedy:
                    "Make a new key with `countersign token mint`.")
        case .keyRevoked:
            Row(
                "key_revoked", .identity, 401, .medium, "The API key was revoked.",
                remedy:
                    "The key was revoked: make a new one with `countersign token mint`, and look who still used this one."
            )
        case .tokenMalformed:
            Row(
                "token_malformed", .identity, 401, .medium, "The token is malformed.",
                remedy:
                    "Have the client send the token whole, in compact form; `countersign token inspect` shows what is in it."
            )
        case .tokenAlgorithm:
            Row(
                "token_algorithm", .identity, 401, .medium, "The token's algorithm is not allowed.",
                remedy:
                    "Have the issuer sign with an algorithm that `algs` lists, or add it there.")
        case .tokenUnknownKey:
            Row(
                "token_unknown_key", .identity, 401, .medium, "The token's key is not known.",
                remedy:
                    "The key set does not hold the token's key: fetch it anew from the issuer and reload."
            )
        case .tokenSignature:
            Row(
                "token_signature", .identity, 401, .medium, "The token's signature is not valid.",
                remedy:
                    "The token was changed, or signed by somebody else: get a new one, and look where this one came from."
            )
        case .tokenExpired:
            Row(
                "token_expired", .identity, 401, .low, "The token has expired.",
                remedy:
                    "Get a new token.")
        case .tokenNotYetValid:
            Row(
                "token_not_yet_valid", .identity, 401, .low, "The token is not valid yet.",
                remedy:
                    "Check the clocks of this host and of the issuer; `clock_skew` says how far they may be apart."
            )
        case .tokenIssuer:
            Row(
                "token_issuer", .identity, 401, .medium, "The token's issuer is not trusted.",
                remedy:
                    "Get a token from the issuer that is configured, or configure this one.")
        case .tokenAudience:
            Row(
                "token_audience", .identity, 401, .medium,
                "The token is meant for another audience.",
                remedy:
                    "Have the token issued for one of the values of `audience`.")
        case .tokenType:
            Row(
                "token_type", .identity, 401, .medium, "The token is of the wrong type.",
                remedy:
                    "Send an access token, not one of another kind.")
        case .tokenClaims:
            Row(
                "token_claims", .identity, 401, .low,
                "The token lacks a claim or has one of the wrong form.",
                remedy:
                    "Have the issuer put in the claims that are configured, in the form that they need."
            )
        case .certificateInvalid:
            Row(
                "certificate_invalid", .identity, 401, .medium,
                "The client certificate is not accepted.",
                remedy:
                    "Use a certificate for clients that has exactly one name of the kind that `subject_from` says, on a new connection if the one in use has expired."
            )
        case .ruleDenied:
            Row(
                "rule_denied", .policy, 403, .medium, "A rule denies this access.",
                remedy:
                    "If this should be allowed, change the rule that is named; `countersign policy test` shows all of them."
            )
        case .noRuleMatched:
            Row(
                "no_rule_matched", .policy, 403, .medium, "No rule allows this access.",
                remedy:
                    "If this should be allowed, write a rule that matches, or give the actor a role that one of them names."
            )
        case .rateLimited:
            Row(
                "rate_limited", .policy, 429, .low, "The rate limit is used up.",
                effect: .limit,
                remedy:
                    "Wait for the time that Retry-After names, or raise the `limit` of the service."
            )
        case .upstreamUnreachable:
            Row(
                "upstream_unreachable", .upstream, 502, .medium, "The service cannot be reached.",
                remedy:
                    "Start the service, or correct upstream.url; `countersign doctor` tries to reach it."
            )
        case .upstreamTLS:
            Row(
                "upstream_tls", .upstream, 502, .medium,
                "The service's certificate was not accepted.",
                remedy:
                    "Give the service a certificate for its name, or name its authority in upstream.ca."
            )
        case .upstreamTimeout:
            Row(
                "upstream_timeout", .upstream, 504, .medium, "The service did not answer in time.",
                remedy:
                    "Look why the service is slow, or raise upstream.timeout.")
        case .upstreamMalformed:
            Row(
                "upstream_malformed", .upstream, 502, .medium, "The service's answer is malformed.",
                remedy:
                    "The service sent an answer that cannot be passed on safely; mend the service.")
        case .upstreamClosed:
            Row(
                "upstream_closed", .upstream, 502, .medium,
                "The service closed the connection early.",
                remedy:
                    "The service closed the connection early; look into its own log.")
        case .clientClosed:
            Row(
                "client_closed", .aborted, nil, .low, "The client closed the connection early.",
                remedy:
                    "The client went away or ended its side (shutdown) before the answer did; keep it open until then."
            )
        case .clientTimeout:
            Row(
                "client_timeout", .aborted, nil, .low, "The client stopped reading.",
                remedy:
                    "The client stopped reading; http.write_timeout says how long that may last.")
        case .draining:
            Row(
                "draining", .aborted, 503, .low, "The proxy is shutting down.",
                remedy:
                    "The proxy was stopping; try again.")
        case .interrupted:
            Row(
                "interrupted", .aborted, nil, .medium,
                "The proxy stopped before the outcome was known.",
                outcome: .unknown,
                remedy:
                    "The proxy stopped meanwhile; look at the service whether the request had its effect."
            )
        case .logUnavailable:
            Row(
                "log_unavailable", .log, 503, .high,
                "The audit log cannot be written, so access is refused.",
                remedy:
                    "Look at `countersign status` and `countersign doctor`: without a record there is no access."
            )
        }
    }

    /// Short, so that rows read as rows.
    private typealias Row = ReasonRow
}
