// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Policy

/// What the documents say about routes and rules, done slowly: texts instead of bytes, every route tried, nothing
/// compiled. The oracle of ``PolicyModelTests``.
struct NaivePolicy {
    let services: [NaiveServiceRules]

    enum Routed: Equatable {
        case none
        case notAllowed([Method])
        /// Positions of the service and of the route in it; nil where it lists none.
        case matched(service: Int, route: Int?)
        /// Matched, and others have a say in it.
        case contested(service: Int, route: Int?, by: Set<Place>)
    }

    struct Place: Hashable {
        var service: Int
        /// -1 where the service lists none.
        var route: Int

        /// None of the routes of a service fits.
        static let unlisted = Place(service: -1, route: -2)
    }

    /// The narrowest host first, then the longest prefix; the first service that owns the path has it.
    func route(host: String, path: String, method: Method) -> Routed {
        let candidates = services.indices.filter { services[$0].answers(host) }.sorted {
            let (one, other) = (services[$0], services[$1])
            return (one.narrowness, one.prefix.utf8.count)
                > (other.narrowness, other.prefix.utf8.count)
        }
        var others: Set<Place> = []
        for position in candidates {
            let service = services[position]
            if service.owns(path) {
                let alike = Set(
                    service.alike(path, method).map { Place(service: position, route: $0) })
                guard case .matched(_, let route) = service.route(path, method).of(position) else {
                    return service.route(path, method).of(position)
                }
                others.formUnion(alike)
                return others.isEmpty
                    ? .matched(service: position, route: route)
                    : .contested(service: position, route: route, by: others)
            }
            guard service.seemsToOwn(path) else { continue }
            let places = service.routes.isEmpty ? [-1] : service.alike(path, method)
            for route in places { others.insert(Place(service: position, route: route)) }
            if places.isEmpty { others.insert(.unlisted) }
        }
        return .none
    }

    /// The first rule all of whose conditions hold decides; without one access is denied.
    func decide(
        service: Int, route: Int?, method: Method, principal: Principal
    ) -> (reason: Reason, rule: String) {
        let service = services[service]
        let isAnonymous = principal.kind == .anonymous
        for rule in service.rules {
            if let methods = rule.methods, !methods.contains(where: { Self.admits($0, method) }) {
                continue
            }
            if let names = rule.routes {
                guard let route, names.contains(where: { service.means($0, route) }) else {
                    continue
                }
            }
            if let kinds = rule.kinds, !kinds.contains(principal.kind) { continue }
            if let roles = rule.roles, Set(roles).isDisjoint(with: principal.roles) { continue }
            if rule.allows {
                if isAnonymous, !rule.admitsAnonymous { continue }
                return (rule.roles == nil ? .ruleAllowed : .roleMatch, rule.id)
            }
            return (isAnonymous ? .noCredentials : .ruleDenied, rule.id)
        }
        return (isAnonymous ? .noCredentials : .noRuleMatched, "default")
    }

    /// GET stands for HEAD, too.
    static func admits(_ listed: Method, _ method: Method) -> Bool {
        listed == method || listed == .get && method == .head
    }
}

struct NaiveRule {
    var id: String
    var allows: Bool
    var roles: [String]?
    var methods: [Method]?
    /// As texts, `METHOD /template` or `/template`.
    var routes: [String]?
    var kinds: [Principal.Kind]?
    var admitsAnonymous: Bool
}

struct NaiveServiceRules {
    var name: String
    /// `*`, a name, or `*.` and a name.
    var host: String
    var prefix: String
    /// `METHOD /template` or `/template`.
    var routes: [String]
    var rules: [NaiveRule]

    // MARK: Hosts

    func answers(_ asked: String) -> Bool {
        guard host != "*" else { return true }
        var asked = asked.lowercased()
        if asked.hasSuffix(".") { asked.removeLast() }
        guard host.hasPrefix("*.") else { return asked == host }
        let suffix = String(host.dropFirst())
        return asked.hasSuffix(suffix) && asked != suffix
    }

    var narrowness: Int {
        if host == "*" { return 0 }
        return host.hasPrefix("*.") ? host.utf8.count : 1000
    }

    // MARK: Prefixes

    func owns(_ path: String) -> Bool {
        if prefix.hasSuffix("/") { return path.hasPrefix(prefix) }
        return path == prefix || path.hasPrefix(prefix + "/")
    }

    /// Whether a careless upstream might take the path for one of this service: another case of letters, characters
    /// spelt in percent, a slash less at the end.
    func seemsToOwn(_ path: String) -> Bool {
        let name = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        let ends = path.indices.filter { path[$0] == "/" } + [path.endIndex]
        return ends.contains { loosely(String(path[..<$0])) == name.lowercased() }
    }

    // MARK: Routes

    enum Found {
        case none
        case notAllowed([Method])
        case route(Int?)

        func of(_ service: Int) -> NaivePolicy.Routed {
            switch self {
            case .none: .none
            case .notAllowed(let methods): .notAllowed(methods)
            case .route(let route): .matched(service: service, route: route)
            }
        }
    }

    func route(_ path: String, _ method: Method) -> Found {
        guard !routes.isEmpty else { return .route(nil) }
        var allowed: [Method] = []
        for (way, listed) in ways(path) where way.isExact {
            if let fitting = fitting(listed, method) { return .route(fitting) }
            for case let other? in listed.map({ Self.method(routes[$0]) }) {
                if !allowed.contains(other) { allowed.append(other) }
                if other == .get, !allowed.contains(.head) { allowed.append(.head) }
            }
        }
        return allowed.isEmpty ? .none : .notAllowed(allowed)
    }

    /// The routes that the path resembles, of those that are preferred to the one that serves it.
    func alike(_ path: String, _ method: Method) -> [Int] {
        var found: [Int] = []
        for (way, listed) in ways(path) {
            guard let fitting = fitting(listed, method) else { continue }
            if way.isExact { break }
            found.append(fitting)
        }
        return found
    }

    /// All ways in which any route fits, the most preferred first; routes of one shape share theirs.
    private func ways(_ path: String) -> [(way: Way, routes: [Int])] {
        guard path.hasPrefix("/") else { return [] }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            .map(String.init)
        var ways: [(way: Way, routes: [Int])] = []
        for (position, text) in routes.enumerated() {
            for way in Way.all(of: Self.template(text), for: segments) {
                if let known = ways.firstIndex(where: { $0.way == way }) {
                    ways[known].routes.append(position)
                } else {
                    ways.append((way, [position]))
                }
            }
        }
        ways.sort { $0.way.ranks.lexicographicallyPrecedes($1.way.ranks) }
        return ways
    }

    /// The route of this very method, then GET's for HEAD, then one of every method.
    private func fitting(_ listed: [Int], _ method: Method) -> Int? {
        listed.first { Self.method(routes[$0]) == method }
            ?? listed.first {
                Self.method(routes[$0]).map { NaivePolicy.admits($0, method) } ?? false
            }
            ?? listed.first { Self.method(routes[$0]) == nil }
    }

    /// Whether a rule that names `text` means a listed route.
    func means(_ text: String, _ route: Int) -> Bool {
        Self.template(text) == Self.template(routes[route])
            && (Self.method(text) == nil || Self.method(text) == Self.method(routes[route]))
    }

    private static func method(_ text: String) -> Method? {
        text.firstIndex(of: " ").map { Method(text[..<$0]) }
    }

    private static func template(_ text: String) -> String {
        text.firstIndex(of: " ").map { String(text[text.index(after: $0)...]) } ?? text
    }
}

/// One way in which a template fits a path.
private struct Way: Equatable {
    /// By segment: 0 the same literal, 1 one that resembles it, 2 a parameter, 3 a slash too many, 4 a rest; then how
    /// the path ends: 0 as the template, 1 without its slash, 2 without the slash before its rest.
    var ranks: [Int]
    var isExact: Bool
    /// The template with parameters' names left out.
    var shape: [String]

    static func all(of template: String, for path: [String]) -> [Way] {
        let segments = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? ($0.hasSuffix("...}") ? "{...}" : "{}") : String($0) }
        var ways: [Way] = []
        func add(_ count: Int, _ more: [Int], exact: Bool) {
            var (ranks, isExact) = ([Int](), exact)
            for (segment, asked) in zip(segments.prefix(count), path) {
                if segment == "{}" {
                    guard !asked.isEmpty else { return }
                    ranks.append(2)
                } else if segment == "{...}" {
                    return
                } else if segment == asked {
                    ranks.append(0)
                } else if loosely(asked) == segment.lowercased() {
                    ranks.append(1)
                    isExact = false
                } else {
                    return
                }
            }
            ways.append(Way(ranks: ranks + more, isExact: isExact, shape: segments))
        }
        let count = segments.count
        if path.count == count { add(count, [0], exact: true) }
        if segments.last == "{...}", path.count >= count { add(count - 1, [4], exact: true) }
        if path.last == "", path.count == count + 1 { add(count, [3], exact: false) }
        if path.count == count - 1, !path.isEmpty {
            if segments.last == "" { add(count - 1, [1], exact: false) }
            if segments.last == "{...}" { add(count - 1, [2], exact: false) }
        }
        return ways
    }
}

/// A part of a path as a careless upstream might read it.
private func loosely(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), rest.count >= 2,
            let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
            !rest.prefix(2).contains(UInt8(ascii: "+"))
        {
            bytes.append(code)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self).lowercased()
}
