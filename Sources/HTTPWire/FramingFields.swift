// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why the framing fields of a head were refused, and where the faulty one is.
struct FramingFault: Error {
    enum Kind {
        case ambiguous
        case unsupportedCoding
    }

    let kind: Kind
    let offset: Int
}

/// Reads `Content-Length` and `Transfer-Encoding` of a request (RFC 9112 §6) so that they have only
/// one meaning; ``AnswerFraming`` reads those of answers.
///
/// No tab may surround a value, not even in answers: readers differ about it, and nobody honest
/// writes one.
enum FramingFields {
    /// The largest accepted length: exact in every language, far from overflow.
    static let largestLength: UInt64 = 1 << 53

    /// What the fields declare; nil when there are none.
    static func declared(
        _ section: FieldSection, in bytes: Span<UInt8>, version: HTTPVersion
    ) throws(FramingFault) -> BodyFraming? {
        let hasLength = section.seen.contains(.contentLength)
        let hasCoding = section.seen.contains(.transferEncoding)
        guard hasLength || hasCoding else { return nil }
        let isAmbiguous =
            hasLength == hasCoding || section.repeated.contains(.contentLength)
            || section.repeated.contains(.transferEncoding) || (hasCoding && version != .http11)
        for field in section.fields where KnownFieldSet.framing.contains(field.known) {
            let offset = field.name.range.lowerBound
            guard !isAmbiguous, isPlain(field, bytes) else {
                throw FramingFault(kind: .ambiguous, offset: offset)
            }
            if field.known == .transferEncoding {
                if let kind = codingFault(bytes, field.value.range) {
                    throw FramingFault(kind: kind, offset: offset)
                }
                return .chunked
            }
            guard let length = length(bytes, field.value.range) else {
                throw FramingFault(kind: .ambiguous, offset: offset)
            }
            return .length(length)
        }
        return nil
    }

    /// Whether only spaces surround the value.
    static func isPlain(_ field: FieldSlice, _ bytes: Span<UInt8>) -> Bool {
        if field.isTight { return true }
        let value = field.value.range
        for place in field.name.range.upperBound + 1..<value.lowerBound
        where bytes[place] != Byte.space {
            return false
        }
        var end = value.upperBound
        while bytes[end] == Byte.space { end += 1 }
        return bytes[end] == Byte.carriageReturn || bytes[end] == Byte.lineFeed
    }

    /// Digits only, no leading zero, at most ``largestLength``.
    static func length(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard !range.isEmpty, range.count <= 16 else { return nil }
        if bytes[range.lowerBound] == Byte.zero { return range.count == 1 ? 0 : nil }
        var value: UInt64 = 0
        for place in range {
            guard Byte.isDigit(bytes[place]) else { return nil }
            // Sixteen digits stay far below 2^64.
            value = value &* 10 &+ UInt64(bytes[place] &- Byte.zero)
        }
        return value <= largestLength ? value : nil
    }

    /// Nil for `chunked` in any case (RFC 9112 §7) and nothing else. A list of known codings that
    /// ends in it is understood but not supported; anything else could be read in two ways.
    static func codingFault(
        _ bytes: Span<UInt8>, _ value: Range<Int>
    ) -> FramingFault.Kind? {
        if bytes.spells("chunked", in: value) { return nil }
        var start = value.lowerBound
        while true {
            var end = start
            while end < value.upperBound, bytes[end] != Byte.comma { end += 1 }
            let coding = bytes.trimmingBlanks(start..<end)
            if end == value.upperBound {
                let isLast = start > value.lowerBound && bytes.spells("chunked", in: coding)
                return isLast ? .unsupportedCoding : .ambiguous
            }
            guard isKnownCoding(bytes, coding) else { return .ambiguous }
            start = end + 1
        }
    }

    private static func isKnownCoding(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        bytes.spells("gzip", in: range) || bytes.spells("x-gzip", in: range)
            || bytes.spells("deflate", in: range) || bytes.spells("compress", in: range)
            || bytes.spells("x-compress", in: range) || bytes.spells("br", in: range)
            || bytes.spells("zstd", in: range)
    }
}
