// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding

/// An answer of the proxy's own: `application/problem+json` (RFC 9457), with nothing of the request in it.
package final class Answer: Sendable {
    /// Why it is given.
    package let reason: Reason
    /// What exactly was wrong, for the server's log: words of ours, and perhaps a field's name.
    package let detail: String?
    /// `policy` and `rule` of the decision, where rules were asked.
    package let decidedBy: (policy: String, rule: String)?
    package let status: UInt16
    /// The problem document.
    package let body: [UInt8]
    /// `Retry-After`, in seconds.
    package let retryAfterSeconds: Int?
    /// Values of `WWW-Authenticate`, on 401.
    package let challenges: [String]
    /// `Allow`, on 405.
    package let allow: String?
    /// The record's uid, for `Countersign-Record`.
    package let uid: UniqueID
    /// Whether the connection must be closed after the answer.
    package let closes: Bool

    /// - Parameters:
    ///   - detail: what exactly happened; added to the reason's sentence unless `detailForClient` is given.
    ///   - detailForClient: the same with nothing that the client has sent.
    init(
        _ reason: Reason, detail: String? = nil, detailForClient: String? = nil, uid: UniqueID,
        closes: Bool, retryAfterSeconds: Int? = nil, allowed: [Method]? = nil,
        offersBasic: Bool = false, decision: Decision? = nil
    ) {
        self.reason = reason
        self.detail = detail
        decidedBy = decision.map { ($0.policy, $0.rule) }
        let told = detailForClient ?? detail
        // A reason without a status has nobody to be told; asked all the same, it is our failure.
        let status = reason.status ?? 500
        self.status = UInt16(status)
        self.uid = uid
        self.closes = closes
        self.retryAfterSeconds =
            retryAfterSeconds ?? (status == 503 ? Self.retryUnavailableSeconds : nil)
        challenges =
            status == 401 ? [Self.challenge(reason)] + (offersBasic ? [Self.basic] : []) : []
        allow = allowed.map { $0.map(\.token).joined(separator: ", ") }
        body = CanonicalJSON.encode(
            .object([
                JSONMember(
                    "detail", .string(reason.message + (told.map { " (\($0))" } ?? ""))),
                JSONMember("record", .string(uid.text)),
                JSONMember("status", .integer(Int64(status))),
                JSONMember("title", .string(Self.title(status))),
                JSONMember("type", .string(reason.problemType)),
            ]))
    }

    /// How many bytes of content the client gets; nil: of a request that was not understood.
    func contentSize(to method: Method?) -> UInt64 { method == .head ? 0 : UInt64(body.count) }

    /// How long to wait when the log or a connection slot is not to be had.
    private static let retryUnavailableSeconds = 1

    /// RFC 6750 §3.1: a token that was sent and is not good gets `invalid_token`.
    private static func challenge(_ reason: Reason) -> String {
        reason == .noCredentials
            ? "Bearer realm=\"countersign\""
            : "Bearer realm=\"countersign\", error=\"invalid_token\""
    }

    /// For clients that show a key only where Basic is asked for, such as git.
    private static let basic = "Basic realm=\"countersign\", charset=\"UTF-8\""

    private static func title(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Internal Server Error"
        }
    }
}
