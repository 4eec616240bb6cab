// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A request method (RFC 9110 §9), as it is read, decided about and recorded.
package enum Method: Hashable, Sendable {
    case get
    case head
    case post
    case put
    case patch
    case delete
    case options
    /// Another token of upper-case letters and hyphens.
    case other(String)

    package init(_ token: some StringProtocol) {
        self =
            switch token {
            case "GET": .get
            case "HEAD": .head
            case "POST": .post
            case "PUT": .put
            case "PATCH": .patch
            case "DELETE": .delete
            case "OPTIONS": .options
            default: .other(String(token))
            }
    }

    /// The methods proxied for any path: `Allow` where a method is refused before the service is known.
    package static let proxied: [Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    /// Whether requests with the method are proxied at all: CONNECT and TRACE (RFC 9110 §9.3.6 and §9.3.8) address
    /// the proxy itself.
    package var isProxied: Bool { self != .other("CONNECT") && self != .other("TRACE") }

    /// The token in the request line.
    package var token: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let token): token
        }
    }

    /// Whether the answer has a head and no content; cheaper than to compare, which looks at the token.
    package var isHead: Bool { if case .head = self { true } else { false } }

    /// Whether the method is safe (RFC 9110 §9.2.1): it is not expected to change anything.
    ///
    /// Unknown methods count as unsafe, so that they are recorded before they are forwarded.
    package var isSafe: Bool {
        switch self {
        case .get, .head, .options: true
        case .post, .put, .patch, .delete, .other: false
        }
    }
}
