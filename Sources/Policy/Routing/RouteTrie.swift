// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

/// The routes of one service, segment by segment, in the form in which paths are looked up.
///
/// A literal segment is preferred to a parameter and a parameter to a rest, from left to right. The
/// first route in this order whose method fits wins, so `GET /v1/{id}` serves `GET /v1/new` where
/// only `POST /v1/new` is listed.
///
/// ## Invariants
/// - `LookalikesAreAsked`: where a path differs from a preferred route only in the case of letters, in
///   percent-encoding, in letters outside ASCII, in a slash or in a format such as `.json` at the end,
///   that route is found besides the less preferred one that serves the path, and its rules are asked,
///   too. Upstreams that take `/Admin/`, `/ädmin` or `/admin.json` for `/admin` must not lead around the
///   rules of `/admin`. Where such a path is another resource, list it.
///
/// Cost: no allocation, unless a path resembles a route; every node is visited at most once. Nodes and literals hold no
/// objects, so that walking counts no references.
final class RouteTrie: Sendable {
    struct Literal: Sendable {
        /// Where the segment stands in ``RouteTrie/pool``.
        var start: Int
        var count: Int
        var child: Int
    }

    struct Node: Sendable {
        /// Where its literals stand in ``RouteTrie/literals``.
        var literals: Range<Int>
        var parameter: Int?
        /// Where the routes that end in a rest here stand in ``RouteTrie/listings``.
        var rest: Range<Int>?
        /// Where the routes that end here stand in ``RouteTrie/listings``.
        var end: Range<Int>?
    }

    struct Listing: Sendable {
        var method: Method?
        /// Of the method, as ``MethodSet`` gives them; zero for all methods too.
        var bit: UInt8
        var route: RouteIndex
    }

    let nodes: [Node]
    let literals: [Literal]
    let listings: [Listing]
    /// All literals' bytes in one array, so that comparing needs no further object.
    let pool: [UInt8]

    init(_ routes: [ListedRoute]) {
        var draft = RouteTrieDraft()
        for (position, route) in routes.enumerated() {
            draft.insert(route.pattern, as: RouteIndex(position))
        }
        var (literals, listings): ([Literal], [Listing]) = ([], [])
        let places = draft.listings.map { some in
            listings += some
            return listings.count - some.count..<listings.count
        }
        nodes = draft.nodes.map { node in
            literals += node.literals
            return Node(
                literals: literals.count - node.literals.count..<literals.count,
                parameter: node.parameter, rest: node.rest.map { places[$0] },
                end: node.end.map { places[$0] })
        }
        self.literals = literals
        self.listings = listings
        pool = draft.pool
    }
}

/// A trie while routes are put into it.
private struct RouteTrieDraft {
    /// A node whose literals may grow.
    struct Node {
        var literals: [RouteTrie.Literal] = []
        var parameter: Int?
        var rest: Int?
        var end: Int?
    }

    private(set) var nodes = [Node()]
    private(set) var listings: [[RouteTrie.Listing]] = []
    private(set) var pool: [UInt8] = []

    mutating func insert(_ pattern: RoutePattern, as route: RouteIndex) {
        var at = 0
        var slot = \Node.end
        for segment in pattern.template.segments {
            switch segment {
            case .literal(let bytes): at = child(of: at, bytes)
            case .parameter:
                let child = nodes[at].parameter ?? newNode()
                nodes[at].parameter = child
                at = child
            case .rest: slot = \Node.rest
            }
        }
        let end = nodes[at][keyPath: slot] ?? listings.count
        if end == listings.count { listings.append([]) }
        nodes[at][keyPath: slot] = end
        listings[end].append(
            RouteTrie.Listing(
                method: pattern.method, bit: pattern.method.map(MethodSet.bit) ?? 0, route: route))
    }

    private mutating func child(of parent: Int, _ bytes: [UInt8]) -> Int {
        for literal in nodes[parent].literals
        where pool[literal.start..<literal.start + literal.count].elementsEqual(bytes) {
            return literal.child
        }
        let child = newNode()
        nodes[parent].literals.append(
            RouteTrie.Literal(start: pool.count, count: bytes.count, child: child))
        pool += bytes
        return child
    }

    private mutating func newNode() -> Int {
        nodes.append(Node())
        return nodes.count - 1
    }
}
