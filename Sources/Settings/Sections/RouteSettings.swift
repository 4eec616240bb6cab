// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
package import Policy

/// An element of `services[].routes`: a route alone (`"GET /v1/invoices/{id}"`), or a section.
package struct RouteSettings: Hashable, Sendable {
    /// `route`, required. Without a method it stands for every method; GET stands for HEAD too.
    package var pattern: RoutePattern
    /// `audit`, default as the service says.
    package var audit: AuditSettings
    /// `allow_encoded_slash`, default false: whether `%2F` and `%5C` are characters of their segments to
    /// the service, so that the rules are not asked for them as slashes.
    package var allowsEncodedSlash: Bool

    fileprivate static let section = Section(
        start: RouteSettings(
            pattern: RoutePattern(method: nil, template: .everything), audit: .inherited,
            allowsEncodedSlash: false),
        fields: [
            Field("route", \.pattern, .routePattern, isRequired: true),
            Field("audit", \.audit, .sectionUnlessEmpty(AuditSettings.section)),
            Field("allow_encoded_slash", \.allowsEncodedSlash, .flag),
        ])

    init(pattern: RoutePattern, audit: AuditSettings, allowsEncodedSlash: Bool) {
        self.pattern = pattern
        self.audit = audit
        self.allowsEncodedSlash = allowsEncodedSlash
    }

    func route(of service: AuditPolicy) -> ListedRoute {
        ListedRoute(
            pattern: pattern, audit: audit == .inherited ? nil : audit.policy(beside: service),
            allowsEncodedSlash: allowsEncodedSlash)
    }
}

/// `audit` of a service or route: when accesses are recorded, and what happens if they cannot be.
package struct AuditSettings: Hashable, Sendable {
    /// `ahead`, default auto for a service, as the service says for a route.
    package var ahead: AuditPolicy.Ahead?
    /// `on_failure`, default `log.on_failure` for a service, as the service says for a route.
    package var onFailure: AuditPolicy.OnFailure?

    static let inherited = AuditSettings(ahead: nil, onFailure: nil)

    static let section = Section(
        start: AuditSettings.inherited,
        fields: [
            Field("ahead", \.ahead, .optional(.choice())),
            Field("on_failure", \.onFailure, .optional(.choice())),
        ])

    /// What is set here, and the rest from the outer policy.
    func policy(beside outer: AuditPolicy) -> AuditPolicy {
        AuditPolicy(ahead: ahead ?? outer.ahead, onFailure: onFailure ?? outer.onFailure)
    }
}

extension Form where Value == RouteSettings {
    static let route: Form = {
        let pattern = Form<RoutePattern>.routePattern
        let section = RouteSettings.section
        return Form(
            read: { place, reading in
                guard case .scalar = place.node.content else {
                    return section.read(place, reading)
                }
                return pattern.read(place, reading).map {
                    RouteSettings(pattern: $0, audit: .inherited, allowsEncodedSlash: false)
                }
            },
            write: { route in
                route.audit == .inherited && !route.allowsEncodedSlash
                    ? pattern.write(route.pattern) : section.write(route)
            },
            schema: .object([JSONMember("anyOf", .array([pattern.schema, section.schema]))]),
            keys: section.keys)
    }()
}
