// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A field name of ours or of the configuration, checked once and then written unchecked.
package struct FieldName: Hashable, Sendable, CustomStringConvertible {
    /// As it is written on the wire.
    package let bytes: [UInt8]
    /// The name with the colon and space that begin its line.
    let lineStart: [UInt8]
    package let known: KnownField
    /// Whether only heads themselves write this field: framing, one-hop fields and `Host`.
    package let isReserved: Bool

    /// Nil unless `text` is a token without `_`.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.allSatisfy(ByteSet.fieldName.contains) else { return nil }
        self.bytes = bytes
        lineStart = bytes + [Byte.colon, Byte.space]
        known = KnownFieldTable.shared.field(bytes.span, 0..<bytes.count)
        isReserved =
            known == .host || KnownFieldSet.framing.contains(known)
            || KnownFieldSet.oneHop.contains(known)
    }

    private init(literal: StaticString) {
        guard let name = FieldName(literal.description) else {
            preconditionFailure("NamesAreTokens: no field name is spelt \(literal)")
        }
        self = name
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether a field of a head, given with the head's bytes, has this name in any case.
    func matches(_ head: Span<UInt8>, _ field: FieldSlice) -> Bool {
        field.known == known && head.spellsSame(field.name.range, as: bytes.span, 0..<bytes.count)
    }

    package static let cacheControl = FieldName(literal: "Cache-Control")
    package static let contentType = FieldName(literal: "Content-Type")
    package static let contentTypeOptions = FieldName(literal: "X-Content-Type-Options")
    package static let countersignRecord = FieldName(literal: "Countersign-Record")
    package static let date = FieldName(literal: "Date")
    package static let retryAfter = FieldName(literal: "Retry-After")
    package static let wwwAuthenticate = FieldName(literal: "WWW-Authenticate")
    package static let xForwardedFor = FieldName(literal: "X-Forwarded-For")
    package static let xForwardedHost = FieldName(literal: "X-Forwarded-Host")
    package static let xForwardedProto = FieldName(literal: "X-Forwarded-Proto")
}
