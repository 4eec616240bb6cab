// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Policy

/// An element of `services`: which requests it gets, where they go, who may make them, how they are
/// recorded.
package struct ServiceSettings: Hashable, Sendable {
    package var name: String
    package var match = ServiceRules.Match(host: .any, path: .root)
    package var upstream = UpstreamSettings.section.start
    /// None: every path below ``match`` can be reached. Otherwise only the routes can.
    package var routes: [RouteSettings] = []
    /// The first rule that matches decides; without one, access is denied.
    package var rules: [RuleSettings] = []
    package var audit = AuditSettings(ahead: .auto, outcome: .awaited)
    package var limit: LimitSettings?
    package var credentials = CredentialSettings()
    /// How to treat what services read differently.
    package var paths = PathPolicy.keepAll
    package var strip = StripSettings()
    /// Nil by default, because services such as nginx do not compress when they see the field.
    package var via: String?

    static let section = Section(
        start: ServiceSettings(name: ""),
        keys: [
            Key(
                "name", \.name, .serviceName, isRequired: true,
                "The policy's name in records. Unique; `countersign` and `unrouted` are taken.",
                example: "billing-api"),
            Key(
                "match", \.match, .section(matchSection), "Which requests the service gets."),
            Key(
                "upstream", \.upstream, .section(UpstreamSettings.section), isRequired: true,
                "Where the service is and how it is reached."),
            Key(
                "routes", \.routes, .list(of: .route, isEmptyAllowed: true),
                "What can be reached: a route such as `GET /v1/invoices/{id}`, or a section. GET stands "
                    + "for HEAD too; without a method a route stands for every one. A path that is listed "
                    + "with some methods belongs, with all others, to the next wider route.",
                standard: "none: every path below `match`"),
            Key(
                "rules", \.rules,
                .list(of: .section(RuleSettings.section), isEmptyAllowed: true),
                "Who may do what. The first rule that matches decides; without one, access is denied.",
                standard: "none: nobody is allowed anything"),
            Key(
                "audit", \.audit, .section(AuditSettings.ofServices),
                "When accesses are recorded, and what happens if they cannot be."),
            Key(
                "limit", \.limit, .optional(.section(LimitSettings.section)),
                "How often one subject may use the service."),
            Key(
                "credentials", \.credentials, .section(CredentialSettings.section),
                "What happens to the credential that identified the caller. Credentials that "
                    + "no identity claims always pass."),
            Key(
                "paths", \.paths, .section(pathsSection),
                "How to treat paths that services read differently. The rules are evaluated "
                    + "for every reading in any case."),
            Key(
                "strip", \.strip, .section(StripSettings.section),
                "How the fields that the service gets from clients differ from the usual: see "
                    + "[header fields](Headers.md)."),
            Key(
                "via", \.via, .optional(.pseudonym),
                "The name under which `Via` (RFC 9110 §7.6.3) tells service and client that "
                    + "messages passed through here. Services such as nginx do not compress if "
                    + "they see the field.",
                example: "countersign", standard: "none: no `Via`"),
        ],
        notAvailable: ["inspect"],
        checks: [
            Check("name", "match", "routes", "rules", "limit") { service, place, reading in
                let rules = service.serviceRules(onLogFailure: .deny)
                for fault in rules.faults() + rules.oversights() {
                    fault.note(at: place, reading)
                }
            } otherwise: { place, reading in
                place.noteRepeated("id", of: "rules", ServiceFault.repeatedRuleID, reading)
            }
        ])

    private static let matchSection = Section(
        start: ServiceRules.Match(host: .any, path: .root),
        keys: [
            Key(
                "host", \.host, .hostPattern, "A name, `*.` and a name, or `*` for every host.",
                example: "api.example.com"),
            Key(
                "path", \.path, .pathPrefix, "The beginning of the path, whole segments.",
                example: "/v1/"),
        ])

    private static let pathsSection = Section(
        start: PathPolicy.keepAll,
        keys: [
            Key(
                "slashes", \.slashes, .choice(),
                "`keep` passes empty segments (`//`) as they are, `merge` turns several slashes into one.",
                example: "merge"),
            Key(
                "encoded_slash", \.encodedSlash, .choice(),
                "`keep` passes `%2F` as it is, `refuse` answers 400 to a path that holds it.",
                example: "refuse"),
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
