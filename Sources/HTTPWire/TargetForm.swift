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
    /// both after the head if the path gets longer. A path that it changes is kept after all of that.
    func canonicalise(_ bytes: inout [UInt8]) throws(RequestFault) -> CanonicalTarget {
        var path = path
        if path.isEmpty {
            // An absolute target without a path means the root (RFC 9112 §3.2.1).
            path = bytes.count..<bytes.count + 1
            bytes.append(Byte.slash)
        }
        let (canonical, traits, original): (Range<Int>, CanonicalPath.Traits, [UInt8]?)
        do throws(PathFault) {
            (canonical, traits, original) = try PathNormaliser.normalise(&bytes, path)
        } catch {
            throw RequestFault(.malformedPath, at: path.lowerBound + error.offset)
        }
        let moved = query.map { moving($0, to: canonical.upperBound, in: &bytes) }
        var target = CanonicalTarget(
            whole: canonical.lowerBound..<(moved ?? canonical).upperBound, path: canonical,
            query: moved, traits: traits)
        if let original {
            target.original = bytes.count..<bytes.count + original.count
            bytes.append(contentsOf: original)
        }
        return target
    }

    /// Moves the query and its question mark to the end of the path, and returns where it is then.
    private func moving(
        _ query: Range<Int>, to mark: Int, in bytes: inout [UInt8]
    ) -> Range<Int> {
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
        return mark + 1..<mark + 1 + query.count
    }
}

/// Where the parts of a target are once its path is canonical.
struct CanonicalTarget {
    let whole: Range<Int>
    let path: Range<Int>
    let query: Range<Int>?
    let traits: CanonicalPath.Traits
    /// The path as it was sent, if that is not the canonical one.
    var original: Range<Int>?
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
