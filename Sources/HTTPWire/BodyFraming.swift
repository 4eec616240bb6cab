// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How the end of a body is found: in exactly one way, or the message is refused.
package enum BodyFraming: Hashable, Sendable {
    /// There is no body and no field that announces one.
    case none
    /// `Content-Length`; may be zero.
    case length(UInt64)
    /// `Transfer-Encoding: chunked`.
    case chunked
    /// A response that ends when its connection does.
    case untilClose
}
