// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads `Content-Length` and `Transfer-Encoding` of a service's answer (RFC 9112 §6).
///
/// Spellings with only one meaning are accepted, because what goes to the client is framed anew:
/// leading zeros, a repeated length, `Chunked`, chunks of HTTP/1.0. What two readers could measure
/// differently is refused.
enum AnswerFraming {
    /// What the fields declare; nil when there are none.
    static func declared(
        _ section: FieldSection, in bytes: Span<UInt8>
    ) throws(FramingFault) -> BodyFraming? {
        let hasLength = section.seen.contains(.contentLength)
        guard section.seen.contains(.transferEncoding) else {
            return hasLength ? .length(try length(section, in: bytes)) : nil
        }
        for field in section.fields where field.known == .transferEncoding {
            let offset = field.name.range.lowerBound
            guard !hasLength, !section.repeated.contains(.transferEncoding),
                FramingFields.isPlain(field, bytes)
            else {
                throw FramingFault(kind: .ambiguous, offset: offset)
            }
            if let kind = FramingFields.codingFault(bytes, field.value.range) {
                throw FramingFault(kind: kind, offset: offset)
            }
        }
        return .chunked
    }

    /// The one length that all fields agree on.
    static func length(
        _ section: FieldSection, in bytes: Span<UInt8>
    ) throws(FramingFault) -> UInt64 {
        var found: UInt64?
        for field in section.fields where field.known == .contentLength {
            guard FramingFields.isPlain(field, bytes) else {
                throw FramingFault(kind: .ambiguous, offset: field.name.range.lowerBound)
            }
            let value = field.value.range
            var start = value.lowerBound
            while start <= value.upperBound {
                var end = start
                while end < value.upperBound, bytes[end] != Byte.comma { end += 1 }
                let length = number(bytes, bytes.trimmingBlanks(start..<end))
                guard let length, found == nil || found == length else {
                    throw FramingFault(kind: .ambiguous, offset: field.name.range.lowerBound)
                }
                found = length
                start = end + 1
            }
        }
        guard let found else {
            preconditionFailure("LengthsAreSaid: no Content-Length to be read")
        }
        return found
    }

    /// Digits only, with any number of leading zeros.
    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard let last = range.last else { return nil }
        var start = range.lowerBound
        while start < last, bytes[start] == Byte.zero { start += 1 }
        return FramingFields.length(bytes, start..<range.upperBound)
    }
}
