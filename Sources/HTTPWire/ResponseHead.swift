// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A service's final response head that was understood in only one way.
///
/// Values may hold the bytes 0x80–0xFF, which RFC 9110 §5.5 calls opaque; they are passed on
/// unchanged and never interpreted. Control bytes are refused as in requests.
///
/// Like a ``RequestHead``, an object of its parser, which refills it once nobody else has it.
package final class ResponseHead {
    /// The whole head as received; slices of this head are ranges of it.
    package internal(set) var bytes: [UInt8] = []
    package internal(set) var version = HTTPVersion.http11
    /// 200–999: the client has to interpret what RFC 9110 §15 does not define.
    package internal(set) var status: UInt16 = 0
    /// The reason phrase, maybe empty.
    package internal(set) var reason = ByteSlice.none
    /// How the body that follows on the wire ends; it depends on the request's method.
    package internal(set) var framing = BodyFraming.none
    /// `Content-Length` of a response to HEAD or of a 304, which describes a body that is not sent.
    package internal(set) var declaredLength: UInt64?
    /// Whether the connection can serve another request once the body has ended.
    package internal(set) var keepsAlive = false
    /// Whether a body is announced that must not come: to HEAD, or with 204 or 304.
    ///
    /// A service that sends it all the same puts it where the next answer should be.
    package internal(set) var announcesAbsentBody = false
    var section = FieldSection()
    /// What its fields say about the body and the connection.
    var saying = Saying.unread

    /// What the fields of an answer say, whatever the request.
    enum Saying {
        case unread
        /// Nil: nothing about the body's end.
        case read(BodyFraming?, ConnectionOptions)
        /// The body's end is not defined in exactly one way, which matters only if there is a body.
        case readWithoutFraming(FramingFault, ConnectionOptions)
    }

    init() {}

    /// All fields in the order received.
    package var fields: [FieldSlice] { section.fields }

    /// The bytes that a slice of this head stands for, without a copy.
    package func bytes(of slice: ByteSlice) -> ArraySlice<UInt8> { bytes[slice.range] }

    /// The text of a slice of this head, for cold paths; bytes that are not UTF-8 are replaced.
    package func string(of slice: ByteSlice) -> String {
        String(decoding: bytes[slice.range], as: UTF8.self)
    }

    /// Whether a known field occurs at all; constant time.
    package func has(_ field: KnownField) -> Bool { section.seen.contains(field) }

    /// Whether a field leads the client to a URL.
    package var hasPointer: Bool { !section.seen.isDisjoint(with: .pointers) }

    /// Whether the content is a stream of events (HTML §9.2), in which silence is no failure.
    package var isEventStream: Bool {
        guard let type = value(of: .contentType) else { return false }
        let name = bytes[type.range].prefix { $0 != Byte.semicolon && !Byte.isBlank($0) }
        let bytes = bytes
        return bytes.span.spells("text/event-stream", in: name.indices)
    }

    /// The value of the first field of this kind.
    package func value(of field: KnownField) -> ByteSlice? {
        guard has(field) else { return nil }
        for candidate in section.fields where candidate.known == field { return candidate.value }
        return nil
    }
}
