// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Policy

/// An element of `services`: which requests it gets, where they go, who may make them, how they are
/// recorded.
package struct ServiceSettings: Hashable, Sendable {
    /// `name`, required: unique.
    package var name: String
    /// `match`, default every host and path.
    package var match: ServiceRules.Match
    /// `upstream`, required.
    package var upstream: UpstreamSettings
    /// `routes`, default none: every path below ``match`` can be reached. With routes, only they
    /// can.
    package var routes: [RouteSettings]
    /// `rules`, default none: nobody is allowed anything. The first rule that matches decides.
    package var rules: [RuleSettings]
    /// `audit`.
    package var audit: AuditSettings
    /// `limit`, default none.
    package var limit: LimitSettings?
    /// `credentials`.
    package var credentials: CredentialSettings
    /// `paths`: what is made of that which services read differently.
    package var paths: PathPolicy
    /// `strip`: which fields of clients the service gets.
    package var strip: StripSettings
    /// `via`, default none: the name under which `Via` (RFC 9110 §7.6.3) says that messages have passed here.
    ///
    /// Off, because services such as nginx leave compression away where they see the field.
    package var via: String?

    static let section = Section(
        start: ServiceSettings(
            name: "", match: ServiceRules.Match(host: .any, path: .root),
            upstream: UpstreamSettings.section.start, routes: [], rules: [],
            audit: AuditSettings(ahead: .auto, onFailure: nil), limit: nil,
            credentials: CredentialSettings.section.start, paths: .keepAll,
            strip: StripSettings.section.start, via: nil),
        fields: [
            Field("name", \.name, .serviceName, isRequired: true),
            Field("match", \.match, .section(matchSection)),
            Field("upstream", \.upstream, .section(UpstreamSettings.section), isRequired: true),
            Field("routes", \.routes, .list(of: .route, isEmptyAllowed: true)),
            Field(
                "rules", \.rules,
                .list(of: .section(RuleSettings.section), isEmptyAllowed: true)),
            Field("audit", \.audit, .section(AuditSettings.section)),
            Field("limit", \.limit, .optional(.section(LimitSettings.section))),
            Field("credentials", \.credentials, .section(CredentialSettings.section)),
            Field("paths", \.paths, .section(pathsSection)),
            Field("strip", \.strip, .section(StripSettings.section)),
            Field("via", \.via, .optional(.pseudonym)),
        ],
        notAvailable: ["inspect"],
        checks: [
            Check("name", "match", "routes", "rules", "limit") { service, place, reading in
                let rules = service.serviceRules(onLogFailure: .deny)
                for fault in rules.faults() + rules.oversights() {
                    fault.note(at: place, reading)
                }
            }
        ])

    private static let matchSection = Section(
        start: ServiceRules.Match(host: .any, path: .root),
        fields: [
            Field("host", \.host, .hostPattern),
            Field("path", \.path, .pathPrefix),
        ])

    /// `slashes`, default keep: `//` passes, and the rules are asked for the path without it, too; merge: the
    /// service gets the path without it. `encoded_slash`, default keep: `%2F` passes, and the rules are asked for
    /// it as a character and as a slash; refuse: 400.
    private static let pathsSection = Section(
        start: PathPolicy.keepAll,
        fields: [
            Field("slashes", \.slashes, .choice()),
            Field("encoded_slash", \.encodedSlash, .choice()),
        ])

    /// The part of a service that decisions are made from.
    func serviceRules(onLogFailure: AuditPolicy.OnFailure) -> ServiceRules {
        let audit = self.audit.policy(
            beside: AuditPolicy(ahead: .auto, onFailure: onLogFailure))
        return ServiceRules(
            name: name, match: match, routes: routes.map { $0.route(of: audit) },
            rules: rules.map(\.rule), audit: audit, limit: limit?.limit,
            paths: paths)
    }
}
