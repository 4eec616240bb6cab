// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Where path and query are in a request target of origin or absolute form (RFC 9112 §3.2).
struct TargetForm {
    let scheme: RequestHead.Scheme?
    private let path: Range<Int>
    private let query: Range<Int>?

    /// Reads a target of checked bytes; the authority of an absolute one must be that of `Host`.
    init(
        _ bytes: Span<UInt8>, _ target: Range<Int>, host: Authority
    ) throws(RequestFault) {
        var start = target.lowerBound
        if bytes[start] == Byte.slash {
            scheme = nil
        } else {
            if target.count == 1, bytes[start] == Byte.asterisk {
                throw RequestFault(.methodNotSupported, at: start)
            }
            (scheme, start) = try Self.absolute(bytes, target, host)
        }
        var at = start
        while at < target.upperBound, bytes[at] != Byte.question { at += 1 }
        path = start..<at
        query = at < target.upperBound ? at + 1..<target.upperBound : nil
    }

    /// Reads `http://authority` and returns where the path starts.
    private static func absolute(
        _ bytes: Span<UInt8>, _ target: Range<Int>, _ host: Authority
    ) throws(RequestFault) -> (RequestHead.Scheme, Int) {
        let start = target.lowerBound
        let scheme: RequestHead.Scheme
        if target.count > 7, bytes.spells("http://", in: start..<start + 7) {
            scheme = .http
        } else if target.count > 8, bytes.spells("https://", in: start..<start + 8) {
            scheme = .https
        } else {
            throw RequestFault(.malformedTarget, at: start)
        }
        let from = start + (scheme == .http ? 7 : 8)
        var end = from
        while end < target.upperBound, bytes[end] != Byte.slash, bytes[end] != Byte.question {
            end += 1
        }
        guard let authority = Authority(bytes, from..<end) else {
            throw RequestFault(.malformedTarget, at: from)
        }
        guard authority.port == host.port, bytes.spellsSame(authority.host, as: bytes, host.host)
        else { throw RequestFault(.malformedHost, at: from) }
        return (scheme, end)
    }

    /// Makes the path canonical and moves the query up to it, within the target's own bytes.
    func canonicalise(
        _ bytes: inout [UInt8], encodedSlashes: CanonicalPath.EncodedSlashes
    ) throws(RequestFault) -> (
        whole: Range<Int>, path: Range<Int>, query: Range<Int>?, traits: CanonicalPath.Traits
    ) {
        var path = path
        if path.isEmpty {
            // An absolute target without a path means the root. The authority's last byte makes room for
            // its slash; the authority itself is known from Host.
            path = path.lowerBound - 1..<path.upperBound
            bytes[path.lowerBound] = Byte.slash
        }
        let count: Int
        let traits: CanonicalPath.Traits
        do {
            var span = bytes.mutableSpan
            (count, traits) = try PathNormaliser.normalise(
                &span, path, encodedSlashes: encodedSlashes)
        } catch {
            throw RequestFault(.malformedPath, at: path.lowerBound + error.offset)
        }
        let end = path.lowerBound + count
        guard let query else {
            return (path.lowerBound..<end, path.lowerBound..<end, nil, traits)
        }
        let shift = path.upperBound - end
        if shift > 0 {
            for place in path.upperBound..<query.upperBound { bytes[place - shift] = bytes[place] }
        }
        let moved = query.lowerBound - shift..<query.upperBound - shift
        return (path.lowerBound..<moved.upperBound, path.lowerBound..<end, moved, traits)
    }
}
