// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension Reason {
    /// What kind of end this is; decides `decision.effect`, `event.outcome` and who is told what.
    package enum Kind: Sendable {
        case granted
        case malformed
        case limit
        case routing
        case identity
        case policy
        case upstream
        case aborted
        case log
    }

    package var kind: Kind {
        switch self {
        case .roleMatch, .ruleAllowed: .granted
        case .malformedRequestLine, .malformedHeader, .malformedTarget, .malformedHost,
            .malformedPath, .ambiguousFraming, .unsupportedTransferCoding, .malformedChunk,
            .unsupportedVersion, .methodNotSupported, .unknownExpectation, .bodyIncomplete:
            .malformed
        case .headTooLarge, .tooManyFields, .targetTooLong, .bodyTooLarge, .framingOverhead,
            .headTimeout, .bodyTimeout, .tooManyConnections, .recordTooLarge:
            .limit
        case .noRoute, .unlistedRoute, .methodNotAllowed, .misdirected, .upgradeNotSupported:
            .routing
        case .noCredentials, .ambiguousCredentials, .unknownKey, .keyExpired, .keyRevoked,
            .tokenMalformed, .tokenAlgorithm, .tokenUnknownKey, .tokenSignature, .tokenExpired,
            .tokenNotYetValid,
            .tokenIssuer, .tokenAudience, .tokenType, .tokenClaims, .certificateInvalid:
            .identity
        case .ruleDenied, .noRuleMatched, .rateLimited: .policy
        case .upstreamUnreachable, .upstreamTLS, .upstreamTimeout, .upstreamMalformed,
            .upstreamClosed:
            .upstream
        case .clientClosed, .clientTimeout, .draining, .interrupted: .aborted
        case .logUnavailable: .log
        }
    }

    /// The HTTP status of the answer that we make ourselves (RFC 9110 §15), or nil where the service's
    /// answer is passed on or nobody is left to be answered.
    package var status: Int? {
        switch self {
        case .roleMatch, .ruleAllowed, .clientClosed, .clientTimeout, .interrupted: nil
        case .malformedRequestLine, .malformedHeader, .malformedTarget, .malformedHost,
            .malformedPath, .ambiguousFraming, .malformedChunk, .bodyIncomplete, .framingOverhead:
            400
        case .unsupportedTransferCoding, .upgradeNotSupported: 501
        case .unsupportedVersion: 505
        case .methodNotSupported, .methodNotAllowed: 405
        case .unknownExpectation: 417
        case .headTooLarge, .tooManyFields, .recordTooLarge: 431
        case .targetTooLong: 414
        case .bodyTooLarge: 413
        case .headTimeout, .bodyTimeout: 408
        case .noRoute, .unlistedRoute: 404
        case .misdirected: 421
        case .noCredentials, .ambiguousCredentials, .unknownKey, .keyExpired, .keyRevoked,
            .tokenMalformed, .tokenAlgorithm, .tokenUnknownKey, .tokenSignature, .tokenExpired,
            .tokenNotYetValid,
            .tokenIssuer, .tokenAudience, .tokenType, .tokenClaims, .certificateInvalid:
            401
        case .ruleDenied, .noRuleMatched: 403
        case .rateLimited: 429
        case .upstreamUnreachable, .upstreamTLS, .upstreamMalformed, .upstreamClosed: 502
        case .upstreamTimeout: 504
        case .tooManyConnections, .draining, .logUnavailable: 503
        }
    }

    /// The `decision.effect` of a record that ends with this reason (record.md §2).
    package var effect: Decision.Effect {
        switch kind {
        case .granted: .allow
        case .malformed, .routing: .deny
        case .limit: .limit
        case .identity: .challenge
        case .policy: self == .rateLimited ? .limit : .deny
        case .upstream, .aborted, .log: .error
        }
    }

    /// One sentence for people, without anything from the request: problem `detail` and `event.message`.
    package var message: String {
        switch self {
        case .roleMatch: "A rule allows this role."
        case .ruleAllowed: "A rule allows this access."
        case .malformedRequestLine: "The request line is malformed."
        case .malformedHeader: "A header field is malformed or not allowed."
        case .malformedTarget: "The request target is malformed."
        case .malformedHost: "Host is missing, repeated or malformed."
        case .malformedPath: "The path leads elsewhere or has no meaning."
        case .ambiguousFraming: "The length of the body is ambiguous."
        case .unsupportedTransferCoding: "Only the chunked transfer coding is supported."
        case .malformedChunk: "The chunked body is malformed."
        case .unsupportedVersion: "Only HTTP/1.1 and HTTP/1.0 are supported here."
        case .methodNotSupported: "This method is not proxied."
        case .unknownExpectation: "Only the expectation 100-continue is supported."
        case .bodyIncomplete: "The connection ended before the body did."
        case .headTooLarge: "The header section is too large."
        case .tooManyFields: "The request has too many header fields."
        case .targetTooLong: "The request target is too long."
        case .bodyTooLarge: "The body is larger than allowed here."
        case .framingOverhead: "The chunked body spends too many bytes on framing."
        case .headTimeout: "The header section did not arrive in time."
        case .bodyTimeout: "The body did not arrive in time."
        case .tooManyConnections: "Too many connections are open."
        case .recordTooLarge: "The audit record of this request would be too large."
        case .noRoute: "No service is configured for this host and path."
        case .unlistedRoute: "The service lists no such route."
        case .methodNotAllowed: "The route does not allow this method."
        case .misdirected: "This connection does not serve that host."
        case .upgradeNotSupported: "The protocol asked for by Upgrade is not carried yet."
        case .noCredentials: "Credentials are required."
        case .ambiguousCredentials: "More than one credential was sent."
        case .unknownKey: "The API key is not known."
        case .keyExpired: "The API key has expired."
        case .keyRevoked: "The API key was revoked."
        case .tokenMalformed: "The token is malformed."
        case .tokenAlgorithm: "The token's algorithm is not allowed."
        case .tokenUnknownKey: "The token's key is not known."
        case .tokenSignature: "The token's signature is not valid."
        case .tokenExpired: "The token has expired."
        case .tokenNotYetValid: "The token is not valid yet."
        case .tokenIssuer: "The token's issuer is not trusted."
        case .tokenAudience: "The token is meant for another audience."
        case .tokenType: "The token is of the wrong type."
        case .tokenClaims: "The token lacks a claim or has one of the wrong form."
        case .certificateInvalid: "The client certificate is not accepted."
        case .ruleDenied: "A rule denies this access."
        case .noRuleMatched: "No rule allows this access."
        case .rateLimited: "The rate limit is used up."
        case .upstreamUnreachable: "The service cannot be reached."
        case .upstreamTLS: "The service's certificate was not accepted."
        case .upstreamTimeout: "The service did not answer in time."
        case .upstreamMalformed: "The service's answer is malformed."
        case .upstreamClosed: "The service closed the connection early."
        case .clientClosed: "The client closed the connection early."
        case .clientTimeout: "The client stopped reading."
        case .draining: "The proxy is shutting down."
        case .interrupted: "The proxy stopped before the outcome was known."
        case .logUnavailable: "The audit log cannot be written, so access is refused."
        }
    }

    /// The stable problem `type` (RFC 9457 §3.1.1): a relative reference, resolved by the documentation.
    package var problemType: String { "urn:countersign:problem:\(rawValue)" }
}
