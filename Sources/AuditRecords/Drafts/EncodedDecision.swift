// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
import ByteCoding
import Disclosures

/// The `decision` of records, encoded once per rule and reason.
package struct EncodedDecision: Hashable, Sendable {
    let object: EncodedObject

    /// - Parameter approval: uid of the record that approved the access.
    package init(_ decision: Decision, approval: String? = nil) {
        var members: [JSONMember] = []
        members.add("approval", approval)
        members.add("effect", decision.effect.rawValue)
        members.add("policy", decision.policy)
        members.add("policy_version", decision.policyVersion)
        members.add("reading", decision.reading.isEmpty ? nil : decision.reading.text)
        members.add("reason", decision.reason.code)
        members.add("rule", decision.rule)
        object = EncodedObject(.object(members), path: "decision")
    }
}
