// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

extension Rulebook {
    /// Whether a principal may do what was matched: the first rule that matches decides, and
    /// without one access is denied.
    ///
    /// An anonymous principal that is not admitted is challenged (`no_credentials`), whichever rule
    /// stood against it: with credentials the answer might be another.
    package func decide(
        _ match: RouteMatch, method: Method, principal: Principal
    ) -> Decision {
        let service = compiled[match.service.value]
        let isAnonymous = principal.isAnonymous
        for rule in service.rules where rule.matches(match.route, method, principal) {
            guard isAnonymous, rule.denies else { return rule.decision }
            return service.noCredentials.replacing(rule: rule.id)
        }
        return isAnonymous ? service.noCredentials : service.noRuleMatched
    }

    /// The decision on an access that is over its service's rate limit.
    package func rateLimited(_ match: RouteMatch) -> Decision {
        refusal(of: match, .rateLimited)
    }

    /// A decision of a matched service that no rule took part in, such as one about credentials.
    package func refusal(of match: RouteMatch, _ reason: Reason) -> Decision {
        compiled[match.service.value].noRuleMatched.replacing(
            effect: reason.effect, reason: reason)
    }

    /// A decision that fell before a service was found.
    package func unrouted(_ reason: Reason) -> Decision {
        Decision(
            effect: reason.effect, policy: Decision.unrouted, policyVersion: version,
            rule: Decision.defaultRule, reason: reason)
    }

    /// The refusal of a request whose path a service owns, whether it lists a route for it or not.
    package func refusal(in service: ServiceIndex, _ reason: Reason) -> Decision {
        refusal(of: RouteMatch(service: service, route: nil), reason)
    }

    /// `data_tags` of a decision: those of the rule that made it.
    package func tags(of decision: Decision, in match: RouteMatch) -> [String] {
        for rule in compiled[match.service.value].rules
        where rule.decision === decision || rule.id == decision.rule {
            return rule.tags
        }
        return []
    }
}
