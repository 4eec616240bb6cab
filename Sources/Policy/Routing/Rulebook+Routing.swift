// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

extension Rulebook {
    /// Finds the service and route of a request: the narrowest host first, then the longest path
    /// prefix, then the preferred route (see ``RouteTrie``).
    ///
    /// - Parameters:
    ///   - host: the request's host without port; letter case and one trailing dot do not matter.
    ///   - path: the path in canonical form, without the query.
    package func route(host: Span<UInt8>, path: Span<UInt8>, method: Method) -> Routing {
        for position in order where services[position].match.host.matches(host) {
            switch services[position].match.path.standing(of: path) {
            case .outside: continue
            case .lookalike: return .noRoute
            case .inside: return route(in: ServiceIndex(position), path, method)
            }
        }
        return .noRoute
    }

    /// ``route(host:path:method:)`` for texts, off the hot path.
    package func route(host: String, path: String, method: Method) -> Routing {
        let (host, path) = (Array(host.utf8), Array(path.utf8))
        return route(host: host.span, path: path.span, method: method)
    }

    private func route(
        in service: ServiceIndex, _ path: Span<UInt8>, _ method: Method
    ) -> Routing {
        guard let trie = compiled[service.value].trie else {
            return .matched(RouteMatch(service: service, route: nil))
        }
        switch trie.lookUp(path, method) {
        case .found(let route): return .matched(RouteMatch(service: service, route: route))
        case .nothing(let allowed) where !allowed.isEmpty: return .methodNotAllowed(allowed)
        case .lookalike, .nothing: return .noRoute
        }
    }

    /// The template of a match, `http.route` of the record.
    package func template(of match: RouteMatch) -> RouteTemplate {
        guard let route = match.route else { return compiled[match.service.value].wholeTemplate }
        return self[match.service].routes[route.value].pattern.template
    }

    /// The template that stands for a whole service where none of its routes is listed.
    package func wholeTemplate(of service: ServiceIndex) -> RouteTemplate {
        compiled[service.value].wholeTemplate
    }

    /// The parameters of a matched path, in the order of its template.
    package func parameters(
        of match: RouteMatch, in path: Span<UInt8>
    ) -> [RouteParameter] {
        template(of: match).parameters(in: path)
    }

    /// The rate limit of a match's service, and the name of what it counts in.
    package func limit(of match: RouteMatch) -> (limit: RateLimit, bucket: String)? {
        services[match.service.value].limit.map { ($0, services[match.service.value].name) }
    }

    /// How accesses to a match are recorded.
    package func audit(of match: RouteMatch) -> AuditPolicy {
        let service = match.service.value
        guard let route = match.route else { return services[service].audit }
        return services[service].routes[route.value].audit ?? services[service].audit
    }

    /// Whether a path of this match may hold `%2F`.
    package func allowsEncodedSlash(_ match: RouteMatch) -> Bool {
        guard let route = match.route else { return false }
        return self[match.service].routes[route.value].allowsEncodedSlash
    }

    /// Whether any route may hold `%2F`, so that the parser has to let it pass.
    package var allowsEncodedSlashSomewhere: Bool {
        services.contains { $0.routes.contains(where: \.allowsEncodedSlash) }
    }
}
