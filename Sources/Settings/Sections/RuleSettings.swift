// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
package import Policy

/// An element of `services[].rules`.
package struct RuleSettings: Hashable, Sendable {
    /// `id`, required: `decision.rule` of the records; unique within the service.
    package var id: String
    /// `allow` or `deny`, exactly one: `all`, or the conditions under which the rule matches.
    /// `allow: all` is about everybody who has been identified, `deny: all` about everybody.
    var allow: Rule.Conditions?
    var deny: Rule.Conditions?
    /// `tags`, default none: `data_tags` of the records that the rule decided.
    package var tags: [String]

    package var rule: Rule {
        if let allow { return Rule(id: id, effect: .allow, conditions: allow, tags: tags) }
        guard let deny else {
            preconditionFailure("PlaceholdersNeverEscape: a rule without an effect")
        }
        return Rule(id: id, effect: .deny, conditions: deny, tags: tags)
    }

    static let section = Section(
        start: RuleSettings(id: "", tags: []),
        fields: [
            Field("id", \.id, .name, isRequired: true),
            Field("allow", \.allow, .optional(.allowing)),
            Field("deny", \.deny, .optional(.denying)),
            Field("tags", \.tags, .set(of: .name, isEmptyAllowed: true, most: 64)),
        ],
        checks: [
            Check { rule, place, reading in
                let effects = ["allow", "deny"].filter { place[$0] != nil }
                guard effects.count != 1 else { return }
                reading.note(
                    effects.isEmpty ? .missing : .conflict, at: place,
                    effects.isEmpty
                        ? "one of `allow` and `deny` is missing"
                        : "a rule either allows or denies; make two rules of it")
            }
        ])
}

extension Rule.Conditions {
    fileprivate static let everything = Rule.Conditions(admitsAnonymous: false)

    fileprivate static let common: [Field<Rule.Conditions>] = [
        Field(
            "roles", \.roles,
            .optional(.set(of: .text("a role", most: 128), isEmptyAllowed: false))),
        Field("methods", \.methods, .optional(.set(of: .method, isEmptyAllowed: false))),
        Field("routes", \.routes, .optional(.set(of: .routePattern, isEmptyAllowed: false))),
        Field("actors", \.actors, .optional(.set(of: .actorKind, isEmptyAllowed: false))),
    ]

    fileprivate static let allowing = Section(
        start: everything, fields: common + [Field("anonymous", \.admitsAnonymous, .flag)],
        checks: [
            Check { _, place, reading in refuseEmpty(place, reading) }
        ])

    fileprivate static let denying = Section(
        start: everything, fields: common,
        checks: [
            Check { _, place, reading in refuseEmpty(place, reading) }
        ])

    private static func refuseEmpty(_ place: Place, _ reading: Reading) {
        guard case .map(let entries) = place.node.content, entries.isEmpty else { return }
        reading.note(.missing, at: place, "no condition given; write `all` if that is meant")
    }
}

extension Form where Value == Rule.Conditions {
    fileprivate static let allowing = allOr(Rule.Conditions.allowing)
    fileprivate static let denying = allOr(Rule.Conditions.denying)

    /// `all`, or a section of conditions.
    private static func allOr(_ section: Section<Rule.Conditions>) -> Form {
        let all = JSONValue.object([JSONMember("const", .string("all"))])
        return Form(
            read: { place, reading in
                guard case .scalar = place.node.content else {
                    return section.read(place, reading)
                }
                guard let text = reading.text(at: place, wanted: "all or conditions") else {
                    return nil
                }
                guard text == "all" else {
                    let wanted = "`all` or conditions such as `{ roles: [reader] }`"
                    let complaint = Complaint("expected \(wanted), found `\(text)`")
                    reading.note(
                        .badValue, at: place,
                        reading.shown(complaint, about: text, place, wanted: wanted))
                    return nil
                }
                return .everything
            },
            write: { $0 == .everything ? .string("all") : section.write($0) },
            schema: .object([JSONMember("anyOf", .array([all, section.schema]))]),
            keys: section.keys)
    }
}
