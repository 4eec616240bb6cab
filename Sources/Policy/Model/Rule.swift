// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// One line of a service's policy: which accesses it matches, and whether they are allowed.
///
/// Rules are tried in order, and the first that matches decides. If none does, access is denied.
package struct Rule: Hashable, Sendable {
    package enum Effect: String, CaseIterable, Sendable {
        case allow
        case deny
    }

    /// `decision.rule` of the record; unique within its service.
    package var id: String
    package var effect: Effect
    package var conditions: Conditions
    /// `data_tags` of the records of accesses that this rule decided.
    package var tags: [String]

    package init(id: String, effect: Effect, conditions: Conditions, tags: [String]) {
        self.id = id
        self.effect = effect
        self.conditions = conditions
        self.tags = tags
    }

    /// The conditions that must all hold for a rule to match; nil is no condition, an empty list never
    /// holds.
    package struct Conditions: Hashable, Sendable {
        /// The principal has at least one of these.
        package var roles: [String]?
        /// The method is one of these; GET includes HEAD.
        package var methods: [Method]?
        /// The route is one of these; each names a route that the service lists.
        package var routes: [RoutePattern]?
        /// The principal is of one of these kinds.
        package var actors: [Principal.Kind]?
        /// An allow rule admits anonymous principals only if this is true; deny rules always apply to
        /// them.
        package var admitsAnonymous: Bool

        package init(
            roles: [String]? = nil, methods: [Method]? = nil, routes: [RoutePattern]? = nil,
            actors: [Principal.Kind]? = nil, admitsAnonymous: Bool
        ) {
            self.roles = roles
            self.methods = methods
            self.routes = routes
            self.actors = actors
            self.admitsAnonymous = admitsAnonymous
        }
    }
}
