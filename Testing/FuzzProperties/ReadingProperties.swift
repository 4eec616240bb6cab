// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import HTTPWire
internal import Policy

/// However a service reads a path that passes, it is nothing that the rules deny.
enum ReadingProperties {
    /// `/admin` and all below it are denied, all else is allowed; on a service of its own, or beside others.
    private static let rulebooks: [Rulebook] = {
        do {
            return [try byRoutes(), try byPrefixes()]
        } catch {
            preconditionFailure("RulesAreSound: the rules of the properties have a fault: \(error)")
        }
    }()

    private static func byRoutes() throws -> Rulebook {
        let routes = try ["/admin", "/admin/{rest...}", "/{rest...}"].map {
            text throws(RouteFault) in
            ListedRoute(pattern: try RoutePattern(text), audit: nil, allowsEncodedSlash: false)
        }
        return try Rulebook([
            service(
                "one", .root, routes,
                [try deny(["/admin", "/admin/{rest...}"]), allow])
        ])
    }

    private static func byPrefixes() throws -> Rulebook {
        guard let prefix = PathPrefix("/admin") else { return try Rulebook([]) }
        return try Rulebook([
            service("admin", prefix, [], [try deny(nil)]), service("rest", .root, [], [allow]),
        ])
    }

    private static let allow = Rule(
        id: "all", effect: .allow, conditions: Rule.Conditions(admitsAnonymous: false), tags: [])

    private static func deny(_ routes: [String]?) throws(RouteFault) -> Rule {
        let patterns = try routes?.map { text throws(RouteFault) in try RoutePattern(text) }
        return Rule(
            id: "no", effect: .deny,
            conditions: Rule.Conditions(routes: patterns, admitsAnonymous: false), tags: [])
    }

    private static func service(
        _ name: String, _ path: PathPrefix, _ routes: [ListedRoute], _ rules: [Rule]
    ) -> ServiceRules {
        ServiceRules(
            name: name, match: ServiceRules.Match(host: .any, path: path), routes: routes,
            rules: rules, audit: AuditPolicy(ahead: .auto, onFailure: .deny), limit: nil)
    }

    private static let somebody = Principal(
        uid: "sub_a", kind: .user, issuer: nil, roles: [], session: nil, authentication: .none)

    static func check(_ path: CanonicalPath) throws(BrokenProperty) {
        // All rulebooks deny the same; where one lets the path pass, each service is asked once.
        guard rulebooks.contains(where: { passes(path, $0) }) else { return }
        for service in NaiveService.all {
            let resource = service.resource(path.bytes)
            try require(
                !isProtected(resource),
                "no service finds what is denied in a path that is allowed")
        }
    }

    private static func passes(_ path: CanonicalPath, _ rulebook: Rulebook) -> Bool {
        let text = String(decoding: path.bytes, as: UTF8.self)
        let routing = rulebook.route(host: "a", path: text, method: .get)
        guard let match = routing.match,
            rulebook.decide(match, method: .get, principal: somebody).effect == .allow
        else { return false }
        var contenders: [Contender] = []
        if case .contested(_, let others) = routing { contenders = others }
        let request = ReadableRequest(
            head: path.bytes, host: 0..<0, path: 0..<path.bytes.count, method: .get, overrides: [],
            hasOtherReadings: path.traits.contains(.otherReadings))
        return rulebook.decideReadings(
            of: request, match: match, contenders: contenders, principal: somebody) == .allowed
    }

    private static func isProtected(_ resource: [UInt8]) -> Bool {
        resource.elementsEqual("/admin".utf8) || resource.starts(with: "/admin/".utf8)
    }
}
