// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

extension RouteTrie {
    enum Result {
        case found(RouteIndex)
        /// The path only resembles a listed one: see `LookalikesAreRefused`.
        case lookalike
        case nothing(allowed: [Method])
    }

    /// Finds the route of a canonical path, which begins with a slash.
    func lookUp(_ path: Span<UInt8>, _ method: Method) -> Result {
        guard path.count > 0, path[0] == ASCII.slash else { return .nothing(allowed: []) }
        var allowed: [Method] = []
        let end = walk(
            from: 0, at: 1, exact: true, path, method, &allowed)
        return end ?? .nothing(allowed: allowed)
    }

    /// Looks for the segment that begins at `start` below a node; nil: try the next less preferred
    /// way.
    private func walk(
        from node: Int, at start: Int, exact: Bool, _ path: Span<UInt8>, _ method: Method,
        _ allowed: inout [Method]
    ) -> Result? {
        var end = start
        while end < path.count, path[end] != ASCII.slash { end += 1 }
        let segment = start..<end
        let isLast = end == path.count
        if let literal = nodes[node].literals.first(where: { equals($0, path, segment) }) {
            let result = descend(
                to: literal.child, after: end, isLast, exact: exact, path, method, &allowed)
            if let result { return result }
        }
        for literal in nodes[node].literals where resembles(literal, path, segment, isLast) {
            let result = descend(
                to: literal.child, after: end, isLast, exact: false, path, method, &allowed)
            if let result { return result }
        }
        if let parameter = nodes[node].parameter, !segment.isEmpty {
            let result = descend(
                to: parameter, after: end, isLast, exact: exact, path, method, &allowed)
            if let result { return result }
        }
        if let rest = nodes[node].rest {
            let result = finish(rest, exact: exact, method, &allowed)
            if let result { return result }
        }
        if segment.isEmpty, isLast, let end = nodes[node].end {
            // `/admin/` where `/admin` is listed.
            return finish(end, exact: false, method, &allowed)
        }
        return nil
    }

    private func descend(
        to child: Int, after end: Int, _ isLast: Bool, exact: Bool, _ path: Span<UInt8>,
        _ method: Method, _ allowed: inout [Method]
    ) -> Result? {
        guard isLast else {
            return walk(from: child, at: end + 1, exact: exact, path, method, &allowed)
        }
        if let end = nodes[child].end, let result = finish(end, exact: exact, method, &allowed) {
            return result
        }
        // `/admin` where `/admin/` or `/admin/{rest...}` is listed.
        let slash = nodes[child].literals.first { $0.count == 0 }.flatMap { nodes[$0.child].end }
        for end in [slash, nodes[child].rest] {
            if let end, let result = finish(end, exact: false, method, &allowed) { return result }
        }
        return nil
    }

    /// The route among those that end at one place, by method: its own, GET's for HEAD, then any.
    private func finish(
        _ end: Int, exact: Bool, _ method: Method, _ allowed: inout [Method]
    ) -> Result? {
        let found =
            listings[end].first { $0.method == method }
            ?? listings[end].first { $0.method.map(method.isCovered(by:)) ?? false }
            ?? listings[end].first { $0.method == nil }
        guard exact else { return found == nil ? nil : .lookalike }
        if let found { return .found(found.route) }
        for case let listed? in listings[end].map(\.method) {
            if !allowed.contains(listed) { allowed.append(listed) }
            if listed == .get, !allowed.contains(.head) { allowed.append(.head) }
        }
        return nil
    }

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

    /// Whether a segment differs from a literal, but only as `LookalikesAreRefused` is about.
    private func resembles(
        _ literal: Literal, _ path: Span<UInt8>, _ segment: Range<Int>, _ isLast: Bool
    ) -> Bool {
        let bytes = pool[literal.start..<literal.start + literal.count]
        guard let end = Lookalike.end(of: bytes, at: segment.lowerBound, in: path) else {
            return false
        }
        if isLast, literal.count > 0, Lookalike.isFormat(at: end, in: path) { return true }
        return end == segment.upperBound && !equals(literal, path, segment)
    }
}
