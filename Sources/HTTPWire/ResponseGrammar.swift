// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A status line in slices.
struct StatusLine {
    let version: HTTPVersion
    let status: UInt16
    let reason: ByteSlice
}

/// The status line (RFC 9112 §4) and what is particular to response heads.
enum ResponseGrammar: HeadGrammar {
    static var skipsLeadingLine: Bool { false }
    static var isGenerous: Bool { true }
    static var protectedNames: KnownFieldSet { .notReturned }

    /// `HTTP/1.x NNN`, then nothing or a space and a reason phrase, which may be empty.
    static func startLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>, limits: Limits
    ) throws(ResponseFault) -> StatusLine {
        let start = line.lowerBound
        guard line.count >= 12, bytes[start + 8] == Byte.space else {
            throw ResponseFault(.malformedStatusLine, at: start)
        }
        let version: HTTPVersion
        switch HTTPVersion.read(bytes, start..<start + 8) {
        case .known(let known): version = known
        // A later minor version keeps the meaning of messages (RFC 9110 §2.5).
        case .unsupported where bytes[start + 5] == UInt8(ascii: "1"): version = .http11
        case .unsupported: throw ResponseFault(.unsupportedVersion, at: start)
        case .malformed: throw ResponseFault(.malformedStatusLine, at: start)
        }
        var status: UInt16 = 0
        for place in start + 9..<start + 12 {
            guard Byte.isDigit(bytes[place]) else {
                throw ResponseFault(.malformedStatusLine, at: place)
            }
            status = status * 10 + UInt16(bytes[place] - Byte.zero)
        }
        guard (100...999).contains(status) else {
            throw ResponseFault(.malformedStatusLine, at: start + 9)
        }
        guard line.count > 12 else {
            return StatusLine(
                version: version, status: status,
                reason: ByteSlice(line.upperBound..<line.upperBound))
        }
        guard bytes[start + 12] == Byte.space else {
            throw ResponseFault(.malformedStatusLine, at: start + 12)
        }
        let reason = start + 13..<line.upperBound
        if let place = bytes.firstForbidden(in: reason) {
            throw ResponseFault(.malformedStatusLine, at: place)
        }
        return StatusLine(version: version, status: status, reason: ByteSlice(reason))
    }

    static func fault(_ fault: SectionFault, at offset: Int) -> ResponseFault {
        switch fault {
        case .malformedField: ResponseFault(.malformedHeader, at: offset)
        case .headTooLarge, .startLineTooLong: ResponseFault(.headTooLarge, at: offset)
        case .tooManyFields: ResponseFault(.tooManyFields, at: offset)
        }
    }

    static func malformedStartLine(at offset: Int) -> ResponseFault {
        ResponseFault(.malformedStatusLine, at: offset)
    }
}
