// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto

/// A secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base 64.
package struct WebhookSecret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]
    /// Where it is kept, which is all that is ever shown of it.
    package let description: String

    /// Nil for any other text.
    ///
    /// - Parameter place: where it is kept: `file:PATH` or `env:NAME`.
    package init?(_ text: String, from place: String) {
        guard text.hasPrefix("whsec_"), let bytes = Base64.decode(text.dropFirst(6)),
            (24...64).contains(bytes.count)
        else { return nil }
        self.bytes = bytes
        description = place
    }

    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The signature of one delivery, with its version.
    ///
    /// - Parameter seconds: since 1970, when it is sent.
    func signature(id: String, seconds: Int64, body: [UInt8]) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: bytes))
        code.update(data: Array("\(id).\(seconds).".utf8))
        code.update(data: body)
        return "v1," + Base64.encode(code.finalize())
    }
}
