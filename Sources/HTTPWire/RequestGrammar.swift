// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel

/// A request line as sent, in slices; the target's bytes are checked, its form is not.
struct RequestLine {
    let method: Method
    let methodToken: ByteSlice
    let target: ByteSlice
    let version: HTTPVersion
}

/// The request line (RFC 9112 §3) and what is particular to request heads.
enum RequestGrammar: HeadGrammar {
    static var skipsLeadingLine: Bool { true }
    static var isGenerous: Bool { false }
    static var protectedNames: KnownFieldSet {
        // A gateway that reads `_` as `-` would take it for a credential or another method that no
        // rule was asked about.
        KnownFieldSet.notForwarded.union(KnownFieldSet.methodOverrides)
            .union([.authorization, .xAPIKey, .dpop])
    }

    private static var longestMethod: Int { 32 }

    static func startLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>, limits: Limits
    ) throws(RequestFault) -> RequestLine {
        let start = line.lowerBound
        let end = line.upperBound
        var at = start
        while at < end, Byte.isUpper(bytes[at]) || (bytes[at] == Byte.hyphen && at > start) {
            at &+= 1
        }
        guard at > start, at < end, bytes[at] == Byte.space, at - start <= longestMethod,
            bytes[at &- 1] != Byte.hyphen
        else { throw RequestFault(.malformedRequestLine, at: at) }
        let method = start..<at
        let target = try Self.target(bytes, from: at &+ 1, to: end)
        let version: HTTPVersion
        switch HTTPVersion.read(bytes, target.upperBound + 1..<end) {
        case .known(let known): version = known
        case .unsupported: throw RequestFault(.unsupportedVersion, at: target.upperBound + 1)
        case .malformed: throw RequestFault(.malformedRequestLine, at: target.upperBound + 1)
        }
        guard target.count <= limits.targetBytes else {
            throw RequestFault(.targetTooLong, at: target.lowerBound + limits.targetBytes)
        }
        guard let known = Method.read(bytes, method) else {
            throw RequestFault(.methodNotSupported, at: start)
        }
        return RequestLine(
            method: known, methodToken: ByteSlice(method), target: ByteSlice(target),
            version: version)
    }

    /// Everything up to the next space, which must follow: no control byte and no `#`.
    ///
    /// The path is checked more closely when it is made canonical; a query passes unchanged.
    private static func target(
        _ bytes: Span<UInt8>, from start: Int, to end: Int
    ) throws(RequestFault) -> Range<Int> {
        // Bytes are checked one by one only if they are not all visible ASCII.
        let space = bytes.first(Byte.space, in: start..<end)
        if space > start, space < end, bytes.firstUnprintable(in: start..<space) == nil,
            bytes.first(Byte.hash, in: start..<space) == space
        {
            return start..<space
        }
        var at = start
        while at < end, bytes[at] != Byte.space {
            guard bytes[at] &- 0x21 < 0x5E || bytes[at] >= 0x80, bytes[at] != Byte.hash
            else { throw RequestFault(.malformedTarget, at: at) }
            at &+= 1
        }
        guard at > start, at < end else { throw RequestFault(.malformedRequestLine, at: at) }
        return start..<at
    }

    static func fault(_ fault: SectionFault, at offset: Int) -> RequestFault {
        switch fault {
        case .malformedField: RequestFault(.malformedHeader, at: offset)
        case .headTooLarge: RequestFault(.headTooLarge, at: offset)
        case .startLineTooLong: RequestFault(.targetTooLong, at: offset)
        case .tooManyFields: RequestFault(.tooManyFields, at: offset)
        }
    }

    static func malformedStartLine(at offset: Int) -> RequestFault {
        RequestFault(.malformedRequestLine, at: offset)
    }
}
