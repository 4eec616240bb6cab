// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

extension RouteTrie {
    /// A route that a path resembles, and how it has to be read to be that.
    struct Hit {
        var route: RouteIndex
        var reading: RequestReading
    }

    struct Lookup {
        /// The route of the path as it stands.
        var found: RouteIndex?
        /// Where none is found: the methods that the path is listed with.
        var allowed: [Method] = []
        /// See `LookalikesAreAsked`.
        var hits: [Hit] = []
    }

    /// Finds the route of a canonical path, which begins with a slash.
    func lookUp(_ path: Span<UInt8>, _ method: Method) -> Lookup {
        var lookup = Lookup()
        guard path.count > 0, path[0] == ASCII.slash else { return lookup }
        lookup.found = walk(from: 0, at: 1, as: RequestReading(), path, method, &lookup)
        return lookup
    }

    /// Looks for the segment that begins at `start` below a node; nil: try the next less preferred
    /// way. Under a reading nothing is ever found, only noted.
    private func walk(
        from node: Int, at start: Int, as reading: RequestReading, _ path: Span<UInt8>,
        _ method: Method,
        _ lookup: inout Lookup
    ) -> RouteIndex? {
        var end = start
        while end < path.count, path[end] != ASCII.slash { end += 1 }
        let segment = start..<end
        let isLast = end == path.count
        let node = nodes[node]
        for place in node.literals where equals(literals[place], path, segment) {
            let result = descend(
                to: literals[place].child, after: end, isLast, as: reading, path, method, &lookup)
            if let result { return result }
            break
        }
        for place in node.literals {
            let literal = literals[place]
            guard let also = resemblance(literal, path, segment, isLast) else { continue }
            _ = descend(
                to: literal.child, after: end, isLast, as: reading.union(also), path, method,
                &lookup)
        }
        if let parameter = node.parameter, !segment.isEmpty {
            let result = descend(
                to: parameter, after: end, isLast, as: reading, path, method, &lookup)
            if let result { return result }
        }
        if segment.isEmpty, isLast, let end = node.end {
            // `/admin/` where `/admin` is listed.
            _ = finish(end, as: reading.union(.trailingSlash), method, &lookup)
        }
        return node.rest.flatMap { finish($0, as: reading, method, &lookup) }
    }

    private func descend(
        to child: Int, after end: Int, _ isLast: Bool, as reading: RequestReading,
        _ path: Span<UInt8>,
        _ method: Method, _ lookup: inout Lookup
    ) -> RouteIndex? {
        guard isLast else {
            return walk(from: child, at: end + 1, as: reading, path, method, &lookup)
        }
        if let end = nodes[child].end, let route = finish(end, as: reading, method, &lookup) {
            return route
        }
        // `/admin` where `/admin/` or `/admin/{rest...}` is listed.
        for place in nodes[child].literals where literals[place].count == 0 {
            if let end = nodes[literals[place].child].end {
                _ = finish(end, as: reading.union(.trailingSlash), method, &lookup)
            }
        }
        if let end = nodes[child].rest {
            _ = finish(end, as: reading.union(.trailingSlash), method, &lookup)
        }
        return nil
    }

    /// The route among those that end at one place, by method: its own, GET's for HEAD, then any.
    private func finish(
        _ end: Range<Int>, as reading: RequestReading, _ method: Method, _ lookup: inout Lookup
    ) -> RouteIndex? {
        let found = route(among: end, for: method)
        guard reading.isEmpty else {
            if let found { lookup.hits.append(Hit(route: found, reading: reading)) }
            return nil
        }
        if let found { return found }
        for case let listed? in listings[end].map(\.method) {
            if !lookup.allowed.contains(listed) { lookup.allowed.append(listed) }
            if listed == .get, !lookup.allowed.contains(.head) { lookup.allowed.append(.head) }
        }
        return nil
    }

    private func route(among places: Range<Int>, for method: Method) -> RouteIndex? {
        let bit = MethodSet.bit(of: method)
        var (covering, any): (RouteIndex?, RouteIndex?)
        for place in places {
            let listed = listings[place].bit
            if listed != 0 {
                if listed == bit { return listings[place].route }
                if covering == nil, bit == Self.head, listed == Self.get {
                    covering = listings[place].route
                }
            } else if let other = listings[place].method {
                if other == method { return listings[place].route }
            } else if any == nil {
                any = listings[place].route
            }
        }
        return covering ?? any
    }

    private static let get = MethodSet.bit(of: .get)
    private static let head = MethodSet.bit(of: .head)

    private func equals(
        _ literal: Literal, _ path: Span<UInt8>, _ segment: Range<Int>
    ) -> Bool {
        guard literal.count == segment.count else { return false }
        for at in 0..<literal.count
        where path[segment.lowerBound + at] != pool[literal.start + at] {
            return false
        }
        return true
    }

    /// How a segment that differs from a literal could be read as it, if `LookalikesAreAsked` is about it.
    private func resemblance(
        _ literal: Literal, _ path: Span<UInt8>, _ segment: Range<Int>, _ isLast: Bool
    ) -> RequestReading? {
        let bytes = pool[literal.start..<literal.start + literal.count]
        guard let end = Lookalike.end(of: bytes, at: segment.lowerBound, in: path) else {
            return nil
        }
        if isLast || segment.upperBound + 1 == path.count, literal.count > 0,
            Lookalike.isFormat(at: end, in: path)
        {
            return .format
        }
        guard end == segment.upperBound, !equals(literal, path, segment) else { return nil }
        return .spelling
    }
}
