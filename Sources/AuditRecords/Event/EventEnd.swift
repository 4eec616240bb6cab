// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// How an access ended, as `event.outcome` and `event.severity` tell it.
///
/// | reason | outcome | severity |
/// |---|---|---|
/// | granted, answer below 500 or none needed | success | 1 |
/// | granted, answer 500 and above | failure | 3 |
/// | malformed; ambiguous framing and the like, as smuggling attempts use it | failure | 2; 3 |
/// | limit, routing | failure | 2 |
/// | identity; a forged or unknown credential | failure | 2; 3 |
/// | policy; rate limit | failure | 3; 2 |
/// | upstream | failure | 3 |
/// | aborted by the client or by draining | failure | 2 |
/// | interrupted by a crash | unknown | 3 |
/// | log unavailable | failure | 4 |
/// | any, stage `started` | unknown | 1 |
package struct EventEnd: Hashable, Sendable {
    package var outcome: EventOutcome
    package var severity: Severity

    package init(outcome: EventOutcome, severity: Severity) {
        self.outcome = outcome
        self.severity = severity
    }

    /// The end of an access that is still under way.
    package static let open = EventEnd(outcome: .unknown, severity: .informational)

    /// - Parameters:
    ///   - reason: of the end, or of the decision where nothing came after it.
    ///   - status: of the answer that the client got.
    package init(_ reason: Reason, status: UInt16?) {
        outcome =
            switch reason.kind {
            case .granted: status.map { $0 < 500 } ?? true ? .success : .failure
            case .malformed, .limit, .routing, .identity, .policy, .upstream, .log: .failure
            case .aborted: reason == .interrupted ? .unknown : .failure
            }
        severity =
            switch reason.kind {
            case .granted: outcome == .success ? .informational : .medium
            case .limit, .routing: .low
            case .malformed, .identity: reason.looksHostile ? .medium : .low
            case .policy: reason == .rateLimited ? .low : .medium
            case .upstream: .medium
            case .aborted: reason == .interrupted ? .medium : .low
            case .log: .high
            }
    }
}

extension Reason {
    /// Whether well-meaning clients hardly ever end this way.
    fileprivate var looksHostile: Bool {
        switch self {
        case .ambiguousFraming, .unsupportedTransferCoding, .malformedChunk, .malformedHeader,
            .malformedHost, .malformedPath, .ambiguousCredentials, .unknownKey, .keyRevoked,
            .tokenMalformed,
            .tokenAlgorithm, .tokenUnknownKey, .tokenSignature, .tokenIssuer, .tokenAudience,
            .tokenType, .certificateInvalid:
            true
        default: false
        }
    }
}
