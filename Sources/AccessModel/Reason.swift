// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why an access ended as it did: the one table that status codes, records and documents are made from.
///
/// The raw value is the `event.reason` / `decision.reason` of the record and the last path segment of the problem
/// `type` that a client sees (RFC 9457). A code, once published, keeps its meaning.
package enum Reason: String, CaseIterable, Sendable {
    // Granted
    case roleMatch = "role_match"
    case ruleAllowed = "rule_allowed"

    // Malformed: refused before routing, connection closed
    case malformedRequestLine = "malformed_request_line"
    case malformedHeader = "malformed_header"
    case malformedTarget = "malformed_target"
    case malformedHost = "malformed_host"
    case malformedPath = "malformed_path"
    case ambiguousFraming = "ambiguous_framing"
    case unsupportedTransferCoding = "unsupported_transfer_coding"
    case malformedChunk = "malformed_chunk"
    case unsupportedVersion = "unsupported_version"
    case methodNotSupported = "method_not_supported"
    case unknownExpectation = "unknown_expectation"
    case bodyIncomplete = "body_incomplete"

    // Limits
    case headTooLarge = "head_too_large"
    case tooManyFields = "too_many_fields"
    case targetTooLong = "target_too_long"
    case bodyTooLarge = "body_too_large"
    case framingOverhead = "framing_overhead"
    case headTimeout = "head_timeout"
    case bodyTimeout = "body_timeout"
    case tooManyConnections = "too_many_connections"
    case recordTooLarge = "record_too_large"

    // Routing
    case noRoute = "no_route"
    case unlistedRoute = "unlisted_route"
    case methodNotAllowed = "method_not_allowed"
    case misdirected = "misdirected"
    case upgradeNotSupported = "upgrade_not_supported"

    // Identity
    case noCredentials = "no_credentials"
    case ambiguousCredentials = "ambiguous_credentials"
    case unknownKey = "unknown_key"
    case keyExpired = "key_expired"
    case keyRevoked = "key_revoked"
    case tokenMalformed = "token_malformed"
    case tokenAlgorithm = "token_algorithm"
    case tokenUnknownKey = "token_unknown_key"
    case tokenSignature = "token_signature"
    case tokenExpired = "token_expired"
    case tokenNotYetValid = "token_not_yet_valid"
    case tokenIssuer = "token_issuer"
    case tokenAudience = "token_audience"
    case tokenType = "token_type"
    case tokenClaims = "token_claims"
    case certificateInvalid = "certificate_invalid"

    // Policy
    case ruleDenied = "rule_denied"
    case noRuleMatched = "no_rule_matched"
    case rateLimited = "rate_limited"

    // Services
    case upstreamUnreachable = "upstream_unreachable"
    case upstreamTLS = "upstream_tls"
    case upstreamTimeout = "upstream_timeout"
    case upstreamMalformed = "upstream_malformed"
    case upstreamClosed = "upstream_closed"

    // The client went away, or the proxy did
    case clientClosed = "client_closed"
    case clientTimeout = "client_timeout"
    case draining = "draining"
    case interrupted = "interrupted"

    // The log
    case logUnavailable = "log_unavailable"
}
