// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import HTTPTypes
package import Hummingbird
import NIOCore

/// How long others may keep an answer.
package enum Freshness: String, Sendable {
    /// Not at all.
    case none = "no-store"
    /// A few seconds at most (C2SP tlog-tiles on checkpoints).
    case seconds = "max-age=1"
    /// For good: the content of this name never changes.
    case immutable = "public, max-age=31536000, immutable"
    /// The same for whoever asked, and nobody else: it takes a right.
    case immutableForOne = "private, max-age=31536000, immutable"
}

extension Response {
    /// An answer that is whole in memory.
    package static func content(
        _ bytes: some Sequence<UInt8>, type: String, _ freshness: Freshness,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: freshness.rawValue],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A value for programs, not kept.
    package static func json(_ value: JSONValue) -> Response {
        var text: [UInt8] = []
        JSONText.append(value, to: &text)
        return content(text, type: .json, .none)
    }

    /// A line for people, not kept.
    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        content((text + "\n").utf8, type: .plainText, .none, status: status)
    }
}

extension String {
    /// Media types of what the console answers.
    package static let plainText = "text/plain; charset=utf-8"
    package static let bytes = "application/octet-stream"
    package static let json = "application/json"
    package static let problemJSON = "application/problem+json"
}
