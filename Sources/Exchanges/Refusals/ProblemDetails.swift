// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding

/// Refusals over HTTP: `application/problem+json` (RFC 9457), with nothing of the request in it.
package struct ProblemDetails: RefusalRenderer {
    package init() {}

    package func render(
        _ reason: Reason, sentence: String, uid: UniqueID
    ) -> RenderedRefusal {
        // A reason without a status has nobody to be told; asked all the same, it is our failure.
        let status = reason.status ?? 500
        let body = CanonicalJSON.encode(
            .object([
                JSONMember("detail", .string(sentence)),
                JSONMember("record", .string(uid.text)),
                JSONMember("status", .integer(Int64(status))),
                JSONMember("title", .string(Self.title(status))),
                JSONMember("type", .string(reason.problemType)),
            ]))
        return RenderedRefusal(status: UInt16(status), body: body)
    }

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
