// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Everything said about one reason. Nothing in it is reference-counted, so reading a row costs one load.
package struct ReasonRow: Sendable {
    /// `event.reason` and `decision.reason` of the record, and the end of the problem `type` (RFC 9457). Its
    /// meaning never changes once released.
    package let code: StaticString
    package let kind: Reason.Kind
    /// The HTTP status of the proxy's own answer (RFC 9110 §15); nil where the service's answer is passed on, or no
    /// client is left to answer.
    package let status: Int?
    /// `event.severity` of an access that ends so.
    package let severity: Severity
    /// `decision.effect` of a record that ends so.
    package let effect: Decision.Effect
    /// `event.outcome` of an access that ends so.
    package let outcome: EventOutcome
    /// One sentence of printable ASCII, with nothing from the request: problem `detail` and `event.message`.
    package let message: StaticString
    /// What to do about it; nil if nothing. `{service}` stands for the service's name.
    package let remedy: StaticString?

    /// - Parameters:
    ///   - effect: if it differs from the kind's.
    ///   - outcome: if it is neither success nor failure.
    init(
        _ code: StaticString, _ kind: Reason.Kind, _ status: Int?, _ severity: Severity,
        _ message: StaticString, effect: Decision.Effect? = nil, outcome: EventOutcome? = nil,
        remedy: StaticString? = nil
    ) {
        self.code = code
        self.kind = kind
        self.status = status
        self.severity = severity
        self.effect = effect ?? kind.effect
        self.outcome = outcome ?? (kind == .granted ? .success : .failure)
        self.message = message
        self.remedy = remedy
    }

    /// What to do about it, for people who use one service.
    ///
    /// - Parameter service: the service's name.
    package func remedy(service: String) -> String? {
        remedy?.description.replacing("{service}", with: service)
    }
}

extension Reason {
    /// The kind of ending, which decides who is told what.
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

        /// `decision.effect` of such endings, unless the reason has its own.
        fileprivate var effect: Decision.Effect {
            switch self {
            case .granted: .allow
            case .malformed, .routing, .policy: .deny
            case .limit: .limit
            case .identity: .challenge
            case .upstream, .aborted, .log: .error
            }
        }
    }

    /// The reason with this ``ReasonRow/code``; nil for a code of a later version.
    package init?(code: String) {
        guard let reason = Self.byCode[code] else { return nil }
        self = reason
    }

    private static let byCode = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0.code, $0) })

    package var code: String { row.code.description }
    package var kind: Kind { row.kind }
    package var status: Int? { row.status }
    package var effect: Decision.Effect { row.effect }
    package var message: String { row.message.description }

    /// The stable problem `type` (RFC 9457 §3.1.1).
    package var problemType: String { "urn:countersign:problem:\(code)" }
}
