// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A contradiction within one service's rules.
package struct ServiceFault: Error, Hashable, Sendable {
    /// Which part of ``ServiceRules`` is meant; numbers are positions in its lists.
    package enum Part: Hashable, Sendable {
        case match
        case name
        case route(Int)
        case ruleID(Int)
        case ruleRoute(rule: Int, position: Int)
        case ruleAnonymous(Int)
        case rule(Int)
    }

    package enum Kind: Hashable, Sendable {
        case repeatedName
        case repeatedMatch(other: String)
        case repeatedRoute(first: String)
        case routeOutsidePrefix
        case repeatedRuleID
        case reservedRuleID
        /// A rule names a route that the service does not list; gives those it does.
        case unknownRoute(listed: [String])
        /// Every request that the rule could match is decided by the earlier rule with this id.
        case coveredRule(by: String, isDeny: Bool)
        /// No route that the rule names has a method that it names.
        case methodsMissRoutes
        /// A denial names a path for every method, but the path is listed with only some; the others belong to a wider
        /// route.
        case methodsEscape(path: String, wider: String)
        /// A rule for anonymous principals requires roles or kinds, which they cannot have.
        case anonymousCannotMatch
    }

    package var part: Part
    package var kind: Kind

    package init(part: Part, kind: Kind) {
        self.part = part
        self.kind = kind
    }
}
