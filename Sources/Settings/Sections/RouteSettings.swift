// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
package import Policy

/// An element of `services[].routes`: a route alone (`"GET /v1/invoices/{id}"`), or a section.
package struct RouteSettings: Hashable, Sendable {
    /// Without a method it stands for every method; GET stands for HEAD too.
    package var pattern: RoutePattern
    package var audit = AuditSettings()
    /// Whether the service takes `%2F` and `%5C` for characters within a segment, so that the rules need not be
    /// evaluated with them as slashes.
    package var allowsEncodedSlash = false

    fileprivate static let section = Section(
        start: RouteSettings(pattern: RoutePattern(method: nil, template: .everything)),
        keys: [
            Key(
                "route", \.pattern, .routePattern, isRequired: true, "The route.",
                example: "\"PUT /v1/invoices/{id}\""),
            Key(
                "audit", \.audit, .sectionUnlessEmpty(AuditSettings.ofRoutes),
                "As the service's `audit`, for this route.", standard: "as the service says"),
            Key(
                "allow_encoded_slash", \.allowsEncodedSlash, .flag,
                "Whether the service takes `%2F` and `%5C` for characters of a name, never for "
                    + "slashes: the rules are then not evaluated with slashes in their place, "
                    + "and `paths.encoded_slash` does not refuse them. A path that leads out of "
                    + "itself (`..%2F`) is refused all the same.", example: "true"),
        ])

    func route(of service: AuditPolicy) -> ListedRoute {
        ListedRoute(
            pattern: pattern, audit: audit == AuditSettings() ? nil : audit.policy(beside: service),
            allowsEncodedSlash: allowsEncodedSlash)
    }
}

/// `audit` of a service or route: when accesses are recorded, and what happens if they cannot be.
package struct AuditSettings: Hashable, Sendable {
    /// Nil: as the service says; for a service, auto.
    package var ahead: AuditPolicy.Ahead?
    /// Nil: as the service says; for a service, as the log does.
    package var onFailure: AuditPolicy.OnFailure?
    /// Nil: as the service says; for a service, awaited.
    package var outcome: AuditPolicy.Outcome?

    static let ofServices = Section(
        start: AuditSettings(ahead: .auto, outcome: .awaited),
        keys: [
            Key(
                "ahead", \.ahead, .optional(.choice()),
                "`auto`: methods that may change something are recorded before they are forwarded, others "
                    + "before the first byte of their answer leaves: it is held for up to 64 KiB and 100 ms, "
                    + "and gets one record if it ends by then, or one before it begins and one at its end. "
                    + "`always`, `never`: all of them before they are forwarded, or none.",
                example: "always"),
            Key(
                "on_failure", \.onFailure, .optional(.choice()),
                "What happens to an access that the log cannot take.", example: "allow",
                standard: "`log.on_failure`"),
            Key(
                "outcome", \.outcome, .optional(.choice()),
                "`awaited`: the end of an answer leaves once its outcome is recorded. `follows`: of an access "
                    + "that has its `started` record, it leaves at once and the outcome is recorded behind it, "
                    + "so that it may read `unknown` after a crash.",
                example: "follows"),
        ])

    static let ofRoutes = Section(
        start: AuditSettings(),
        keys: [
            Key(
                "ahead", \.ahead, .optional(.choice()), "As `services[].audit.ahead`.",
                example: "always", standard: "as the service says"),
            Key(
                "on_failure", \.onFailure, .optional(.choice()),
                "As `services[].audit.on_failure`.", example: "allow",
                standard: "as the service says"),
            Key(
                "outcome", \.outcome, .optional(.choice()), "As `services[].audit.outcome`.",
                example: "follows", standard: "as the service says"),
        ])

    /// What is set here, with the rest taken from the outer policy.
    func policy(beside outer: AuditPolicy) -> AuditPolicy {
        AuditPolicy(
            ahead: ahead ?? outer.ahead, onFailure: onFailure ?? outer.onFailure,
            outcome: outcome ?? outer.outcome)
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
                    RouteSettings(pattern: $0)
                }
            },
            write: { route in
                route.audit == AuditSettings() && !route.allowsEncodedSlash
                    ? pattern.write(route.pattern) : section.write(route)
            },
            schema: .object([JSONMember("anyOf", .array([pattern.schema, section.schema]))]),
            keys: section.nodes)
    }()
}
