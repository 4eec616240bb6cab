// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Policy
import Testing

/// Services and principals in one line each.
enum Fixture {
    static func host(_ text: String) throws -> HostPattern {
        text == "*" ? .any : try #require(HostPattern(text))
    }

    static func service(
        _ name: String = "demo", host: String = "*", path: String = "/", routes: [String] = [],
        rules: [Rule] = [], limit: RateLimit? = nil
    ) throws -> ServiceRules {
        ServiceRules(
            name: name,
            match: ServiceRules.Match(
                host: try self.host(host), path: try #require(PathPrefix(path))),
            routes: try routes.map {
                ListedRoute(
                    pattern: try RoutePattern($0), audit: nil, allowsEncodedSlash: false)
            },
            rules: rules, audit: AuditPolicy(ahead: .auto, onFailure: .deny), limit: limit)
    }

    static func allow(
        _ id: String, roles: [String]? = nil, methods: [Method]? = nil, routes: [String]? = nil,
        actors: [Principal.Kind]? = nil, anonymous: Bool = false, tags: [String] = []
    ) throws -> Rule {
        Rule(
            id: id, effect: .allow,
            conditions: Rule.Conditions(
                roles: roles, methods: methods, routes: try routes?.map { try RoutePattern($0) },
                actors: actors, admitsAnonymous: anonymous),
            tags: tags)
    }

    static func deny(
        _ id: String, roles: [String]? = nil, methods: [Method]? = nil, routes: [String]? = nil
    ) throws -> Rule {
        Rule(
            id: id, effect: .deny,
            conditions: Rule.Conditions(
                roles: roles, methods: methods, routes: try routes?.map { try RoutePattern($0) },
                admitsAnonymous: false),
            tags: [])
    }

    static func principal(
        _ roles: String..., kind: Principal.Kind = .user, uid: String = "sub_a"
    ) -> Principal {
        Principal(
            uid: uid, kind: kind, issuer: "corp", roles: roles, session: nil,
            authentication: .none)
    }
}

extension Rulebook {
    /// `service route-template`, `service (all)`, `-` for no route, `405 METHODS`.
    func summary(_ host: String, _ path: String, _ method: Method = .get) -> String {
        switch route(host: host, path: path, method: method) {
        case .matched(let match): self[match.service].name + " " + template(of: match).text
        case .contested(let match, let contenders):
            ([match] + contenders.compactMap(\.match)).map {
                self[$0.service].name + " " + template(of: $0).text
            }.joined(separator: ", ")
        case .noRoute, .unlisted: "-"
        case .methodNotAllowed(_, let methods):
            "405 " + methods.map(\.token).joined(separator: ",")
        }
    }

    func decision(_ path: String, _ method: Method, _ principal: Principal) throws -> Decision {
        guard let match = route(host: "h", path: path, method: method).match else {
            throw NotRouted()
        }
        return decide(match, method: method, principal: principal)
    }

    struct NotRouted: Error {}
}
