// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Where path and query are in a request target in origin or absolute form (RFC 9112 §3.2).
struct TargetForm {
    let scheme: RequestHead.Scheme?
    /// What an absolute target names; the host of a request without `Host`.
    let authority: Range<Int>?
    private let path: Range<Int>
    private let query: Range<Int>?

    /// Reads a target of checked bytes; an absolute one must match the connection's scheme and the
    /// authority in `Host`, if there is one.
    init(
        _ bytes: Span<UInt8>, _ target: Range<Int>, host: Authority?,
        scheme expected: RequestHead.Scheme
    ) throws(RequestFault) {
        var start = target.lowerBound
        if bytes[start] == Byte.slash {
            scheme = nil
            authority = nil
        } else {
            if target.count == 1, bytes[start] == Byte.asterisk {
                throw RequestFault(.methodNotSupported, at: start)
            }
            let named = try Self.absolute(bytes, target, host, expected)
            scheme = expected
            authority = named
            start = named.upperBound
        }
        let at = bytes.first(Byte.question, in: start..<target.upperBound)
        path = start..<at
        query = at < target.upperBound ? at + 1..<target.upperBound : nil
    }

    /// Reads `http://authority` and returns where the authority is.
    private static func absolute(
        _ bytes: Span<UInt8>, _ target: Range<Int>, _ host: Authority?,
        _ expected: RequestHead.Scheme
    ) throws(RequestFault) -> Range<Int> {
        let start = target.lowerBound
        let prefix: StaticString = expected == .http ? "http://" : "https://"
        let from = start + prefix.utf8CodeUnitCount
        guard target.upperBound > from, bytes.spells(prefix, in: start..<from) else {
            throw RequestFault(.malformedTarget, at: start)
        }
        var end = from
        while end < target.upperBound, bytes[end] != Byte.slash, bytes[end] != Byte.question {
            end += 1
        }
        guard let authority = Authority(bytes, from..<end) else {
            throw RequestFault(.malformedTarget, at: from)
        }
        if let host, !authority.isSame(as: host, in: bytes, usualPort: expected.usualPort) {
            throw RequestFault(.malformedHost, at: from)
        }
        return from..<end
    }

    /// Makes the path canonical and moves the query up to it: within the target's own bytes, or
    /// both after the head if the path gets longer.
    func canonicalise(
        _ bytes: inout [UInt8]
    ) throws(RequestFault) -> (
        whole: Range<Int>, path: Range<Int>, query: Range<Int>?, traits: CanonicalPath.Traits
    ) {
        var path = path
        if path.isEmpty {
            // An absolute target without a path means the root (RFC 9112 §3.2.1).
            path = bytes.count..<bytes.count + 1
            bytes.append(Byte.slash)
        }
        let (canonical, traits): (Range<Int>, CanonicalPath.Traits)
        do throws(PathFault) {
            (canonical, traits) = try PathNormaliser.normalise(&bytes, path)
        } catch {
            throw RequestFault(.malformedPath, at: path.lowerBound + error.offset)
        }
        guard let query else { return (canonical, canonical, nil, traits) }
        let mark = canonical.upperBound
        if mark > query.upperBound {
            bytes.removeLast(bytes.count - mark)
            bytes.append(Byte.question)
            bytes.append(contentsOf: bytes[query])
        } else if mark < query.lowerBound - 1 {
            let shift = query.lowerBound - 1 - mark
            for place in query.lowerBound - 1..<query.upperBound {
                bytes[place - shift] = bytes[place]
            }
        }
        let moved = mark + 1..<mark + 1 + query.count
        return (canonical.lowerBound..<moved.upperBound, canonical, moved, traits)
    }
}

extension RequestHead.Scheme {
    /// The port that an authority without one means (RFC 9110 §4.2).
    var usualPort: UInt16 {
        switch self {
        case .http: 80
        case .https: 443
        }
    }
}
