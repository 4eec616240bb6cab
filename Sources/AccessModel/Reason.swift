// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why an access ended as it did.
///
/// One byte, the index of its ``row``, which says everything else: a new reason is a case here and a row in
/// `Reason+Rows.swift`.
package enum Reason: UInt8, CaseIterable, Sendable {
    // Granted
    case roleMatch
    case ruleAllowed

    // Malformed: refused before routing, connection closed
    case malformedRequestLine
    case malformedHeader
    case malformedTarget
    case malformedHost
    case malformedPath
    case ambiguousFraming
    case unsupportedTransferCoding
    case malformedChunk
    case unsupportedVersion
    case methodNotSupported
    case unknownExpectation
    case bodyIncomplete

    // Limits
    case headTooLarge
    case tooManyFields
    case targetTooLong
    case bodyTooLarge
    case framingOverhead
    case headTimeout
    case bodyTimeout
    case tooManyConnections
    case recordTooLarge

    // Routing
    case noRoute
    case unlistedRoute
    case methodNotAllowed
    case misdirected
    case upgradeNotSupported

    // Identity
    case noCredentials
    case ambiguousCredentials
    case unknownKey
    case keyExpired
    case keyRevoked
    case tokenMalformed
    case tokenAlgorithm
    case tokenUnknownKey
    case tokenSignature
    case tokenExpired
    case tokenNotYetValid
    case tokenIssuer
    case tokenAudience
    case tokenType
    case tokenClaims
    case certificateInvalid

    // Policy
    case ruleDenied
    case noRuleMatched
    case rateLimited

    // Services
    case upstreamUnreachable
    case upstreamTLS
    case upstreamTimeout
    case upstreamMalformed
    case upstreamClosed

    // The client went away, or the proxy did
    case clientClosed
    case clientTimeout
    case draining
    case interrupted

    // The log
    case logUnavailable
}
