// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What one service admits, from whom, how often, and how it is recorded.
package struct ServiceRules: Hashable, Sendable {
    /// Which requests belong to this service.
    package struct Match: Hashable, Sendable {
        package var host: HostPattern
        package var path: PathPrefix

        package init(host: HostPattern, path: PathPrefix) {
            self.host = host
            self.path = path
        }
    }

    /// `dst.service` and `decision.policy` of the records; unique.
    package var name: String
    package var match: Match
    /// The routes that can be reached; empty: every path of ``match``.
    package var routes: [ListedRoute]
    package var rules: [Rule]
    package var audit: AuditPolicy
    /// Nil: no limit.
    package var limit: RateLimit?
    package var paths: PathPolicy

    package init(
        name: String, match: Match, routes: [ListedRoute], rules: [Rule], audit: AuditPolicy,
        limit: RateLimit?, paths: PathPolicy = .keepAll
    ) {
        self.name = name
        self.match = match
        self.routes = routes
        self.rules = rules
        self.audit = audit
        self.limit = limit
        self.paths = paths
    }
}
