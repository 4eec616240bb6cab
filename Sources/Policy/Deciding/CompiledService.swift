// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

/// A service in the form in which it is asked, with what it leads to made beforehand.
///
/// An object, as all that it holds more than one of: each request goes through them, and copies would count references.
final class CompiledService: Sendable {
    let index: ServiceIndex
    let host: HostPattern
    let path: PathPrefix
    let paths: PathPolicy
    let rules: [CompiledRule]
    /// Nil: the service lists no routes.
    let trie: RouteTrie?
    /// What records show as the route where none is listed.
    let wholeTemplate: RouteTemplate
    /// How accesses are recorded, by ``RouteIndex``.
    let audits: [AuditPolicy]
    /// The same where no route is listed.
    let audit: AuditPolicy
    let limit: ServiceLimit?
    let noRuleMatched: Decision
    let noCredentials: Decision

    init(_ service: ServiceRules, at index: ServiceIndex, version: String) {
        func decision(_ reason: Reason) -> Decision {
            Decision(
                effect: reason.effect, policy: service.name, policyVersion: version,
                rule: Decision.defaultRule, reason: reason)
        }
        self.index = index
        host = service.match.host
        path = service.match.path
        paths = service.paths
        rules = service.rules.map { CompiledRule($0, in: service, version: version) }
        trie = service.routes.isEmpty ? nil : RouteTrie(service.routes)
        wholeTemplate = RouteTemplate(below: service.match.path)
        audits = service.routes.map { $0.audit ?? service.audit }
        audit = service.audit
        limit = service.limit.map { ServiceLimit($0, bucket: service.name) }
        noRuleMatched = decision(.noRuleMatched)
        noCredentials = decision(.noCredentials)
    }
}

/// The rate limit of a service, and the name of what it counts in.
///
/// An object by which ``LimitCells`` tell limits apart: two rulebooks share none.
package final class ServiceLimit: Sendable {
    package let limit: RateLimit
    /// Of the service, so that a reload keeps what was counted.
    package let bucket: String

    package init(_ limit: RateLimit, bucket: String) {
        self.limit = limit
        self.bucket = bucket
    }
}
