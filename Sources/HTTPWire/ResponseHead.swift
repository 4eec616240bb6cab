// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A final response head of a service that was understood in one way only.
///
/// Values may hold the bytes 0x80–0xFF, which RFC 9110 §5.5 calls opaque; they are passed on as they
/// are and never interpreted. Control bytes are refused as in requests.
package struct ResponseHead: Sendable {
    /// The whole head as received; slices of this head are ranges of it.
    package let bytes: [UInt8]
    package let version: HTTPVersion
    /// 200–599.
    package let status: UInt16
    /// The reason phrase, maybe empty.
    package let reason: ByteSlice
    /// How the body that follows on the wire ends; it depends on the method that was asked with.
    package let framing: BodyFraming
    /// `Content-Length` of a response to HEAD or of a 304, which speaks of a body that is not sent.
    package let declaredLength: UInt64?
    /// Whether the connection can serve another request once the body has ended.
    ///
    /// Never after an answer that announces a body and must not have one, to HEAD or as a 304: a service
    /// that sends it all the same would be answering the next request with it.
    package let keepsAlive: Bool
    let section: FieldSection

    /// All fields in the order in which they came.
    package var fields: [FieldSlice] { section.fields }

    /// The bytes that a slice of this head stands for, without a copy.
    package func bytes(of slice: ByteSlice) -> ArraySlice<UInt8> { bytes[slice.range] }

    /// The text of a slice of this head, for cold paths; bytes that are not UTF-8 are replaced.
    package func string(of slice: ByteSlice) -> String {
        String(decoding: bytes[slice.range], as: UTF8.self)
    }

    /// Whether a known field occurs at all; constant time.
    package func has(_ field: KnownField) -> Bool { section.seen.contains(field) }

    /// The value of the first field of this kind.
    package func value(of field: KnownField) -> ByteSlice? {
        guard has(field) else { return nil }
        for candidate in section.fields where candidate.known == field { return candidate.value }
        return nil
    }
}
