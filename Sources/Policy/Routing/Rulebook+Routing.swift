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
        var contenders: [Contender] = []
        for service in order where service.host.matches(host) {
            switch service.path.standing(of: path) {
            case .outside: continue
            case .lookalike: contenders += Self.contenders(in: service, path, method)
            case .inside: return Self.route(in: service, path, method, contenders)
            }
        }
        return .noRoute
    }

    /// ``route(host:path:method:)`` for texts, off the hot path.
    package func route(host: String, path: String, method: Method) -> Routing {
        let (host, path) = (Array(host.utf8), Array(path.utf8))
        return route(host: host.span, path: path.span, method: method)
    }

    private static func route(
        in service: CompiledService, _ path: Span<UInt8>, _ method: Method,
        _ contenders: [Contender]
    ) -> Routing {
        guard let trie = service.trie else {
            return routing(RouteMatch(service: service.index, route: nil), contenders)
        }
        let lookup = trie.lookUp(path, method)
        guard let found = lookup.found else {
            return lookup.allowed.isEmpty
                ? .unlisted(service.index) : .methodNotAllowed(service.index, lookup.allowed)
        }
        let match = RouteMatch(service: service.index, route: found)
        guard !lookup.hits.isEmpty else { return routing(match, contenders) }
        return .contested(match, by: contenders + Self.contenders(lookup, in: service.index))
    }

    private static func routing(_ match: RouteMatch, _ contenders: [Contender]) -> Routing {
        contenders.isEmpty ? .matched(match) : .contested(match, by: contenders)
    }

    /// What a path would be to a service whose prefix it resembles.
    private static func contenders(
        in service: CompiledService, _ path: Span<UInt8>, _ method: Method
    ) -> [Contender] {
        guard let trie = service.trie else {
            let match = RouteMatch(service: service.index, route: nil)
            return [Contender(match: match, reading: .spelling)]
        }
        let lookup = trie.lookUp(path, method)
        var found = Self.contenders(lookup, in: service.index)
        if let route = lookup.found {
            let match = RouteMatch(service: service.index, route: route)
            found.append(Contender(match: match, reading: .spelling))
        }
        return found.isEmpty ? [Contender(match: nil, reading: .spelling)] : found
    }

    private static func contenders(
        _ lookup: RouteTrie.Lookup, in service: ServiceIndex
    ) -> [Contender] {
        lookup.hits.map { hit in
            Contender(
                match: RouteMatch(service: service, route: hit.route), reading: hit.reading)
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

    /// The rate limit of a match's service.
    package func limit(of match: RouteMatch) -> ServiceLimit? {
        compiled[match.service.value].limit
    }

    /// How accesses to a match are recorded.
    package func audit(of match: RouteMatch) -> AuditPolicy {
        let service = compiled[match.service.value]
        guard let route = match.route else { return service.audit }
        return service.audits[route.value]
    }

    /// Whether `%2F` in a path of this match is a character of its segment, and nothing else.
    package func allowsEncodedSlash(_ match: RouteMatch) -> Bool {
        guard let route = match.route else { return false }
        return self[match.service].routes[route.value].allowsEncodedSlash
    }

    /// Whether the service passes on paths that hold `%2F`.
    package func passesEncodedSlash(_ match: RouteMatch) -> Bool {
        compiled[match.service.value].paths.encodedSlash == .keep || allowsEncodedSlash(match)
    }

    /// Whether the service that owns a path wants it without its empty segments.
    package func mergesSlashes(host: Span<UInt8>, path: Span<UInt8>) -> Bool {
        for service in order where service.host.matches(host) {
            guard case .inside = service.path.standing(of: path) else { continue }
            return service.paths.slashes == .merge
        }
        return false
    }
}
