// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding

/// Why an access is refused or has failed, for whoever asked for it, independent of the protocol.
package final class AccessRefusal: Sendable {
    package let reason: Reason
    /// What exactly was wrong, for the server's log: our own words, and perhaps a field's name.
    package let detail: String?
    /// `policy` and `rule` of the decision, if rules were asked.
    package let decidedBy: (policy: String, rule: String)?
    /// How long to wait before trying again.
    package let retryAfterSeconds: Int?
    /// The methods that are allowed there.
    package let allowed: [Method]?
    /// Whether a key may be shown as a password, which some clients do only when asked.
    package let offersBasic: Bool
    /// The record's uid.
    package let uid: UniqueID
    /// Whether the connection must be closed after it.
    package let closes: Bool
    /// What is sent to the client, in its protocol.
    package let rendered: RenderedRefusal

    /// - Parameters:
    ///   - detail: what exactly happened; added to the reason's sentence unless `detailForClient` is given.
    ///   - detailForClient: the same with nothing that the client sent.
    init(
        _ reason: Reason, detail: String? = nil, detailForClient: String? = nil, uid: UniqueID,
        closes: Bool, retryAfterSeconds: Int? = nil, allowed: [Method]? = nil,
        offersBasic: Bool = false, decision: Decision? = nil, in renderer: any RefusalRenderer
    ) {
        self.reason = reason
        self.detail = detail
        decidedBy = decision.map { ($0.policy, $0.rule) }
        self.uid = uid
        self.closes = closes
        self.retryAfterSeconds =
            retryAfterSeconds ?? (reason.status == 503 ? Self.retryUnavailableSeconds : nil)
        self.allowed = allowed
        self.offersBasic = offersBasic
        let told = detailForClient ?? detail
        rendered = renderer.render(
            reason, sentence: reason.message + (told.map { " (\($0))" } ?? ""), uid: uid)
    }

    /// How long to wait if the log or a connection slot is unavailable.
    private static let retryUnavailableSeconds = 1
}

/// A refusal as a protocol's clients understand it.
package struct RenderedRefusal: Sendable {
    package let status: UInt16
    /// What is sent as content.
    package let body: [UInt8]

    package init(status: UInt16, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// Renders refusals for a protocol; supplied by the plane that speaks it.
///
/// HTTP has `ProblemDetails` in `HTTPPlane`; gRPC, JSON-RPC, Kubernetes and the databases will have theirs.
package protocol RefusalRenderer: Sendable {
    /// - Parameter sentence: what is wrong, with nothing that the client sent.
    func render(_ reason: Reason, sentence: String, uid: UniqueID) -> RenderedRefusal
}
