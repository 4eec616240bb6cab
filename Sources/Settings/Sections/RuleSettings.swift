// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
package import Policy

/// An element of `services[].rules`.
package struct RuleSettings: Hashable, Sendable {
    /// `decision.rule` of the records; unique within the service.
    package var id: String
    /// Exactly one of this and ``deny`` is set: the conditions under which the rule matches. Without any, it applies to
    /// every identified caller.
    var allow: Rule.Conditions?
    /// Without any condition, it applies to everybody.
    var deny: Rule.Conditions?
    /// `data_tags` of the records that the rule decided.
    package var tags: [String] = []

    package var rule: Rule {
        if let allow { return Rule(id: id, effect: .allow, conditions: allow, tags: tags) }
        guard let deny else {
            preconditionFailure("PlaceholdersNeverEscape: a rule without an effect")
        }
        return Rule(id: id, effect: .deny, conditions: deny, tags: tags)
    }

    static let section = Section(
        start: RuleSettings(id: ""),
        keys: [
            Key(
                "id", \.id, .name, isRequired: true,
                "`decision.rule` of the records. Unique within the service; `builtin` and `default` are taken.",
                example: "readers-read"),
            Key(
                "allow", \.allow, .optional(.allowing),
                "Conditions under which access is allowed, or `all` for every identified "
                    + "caller.", example: "all", standard: "one of `allow` and `deny`"),
            Key(
                "deny", \.deny, .optional(.denying),
                "Conditions under which access is denied, or `all` for everybody.", example: "all",
                standard: "one of `allow` and `deny`"),
            Key(
                "tags", \.tags, .set(of: .name, isEmptyAllowed: true, most: 64),
                "`data_tags` of the records of accesses that the rule decided.", example: "[pii]"),
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

    fileprivate static let common: [Key<Rule.Conditions>] = [
        Key(
            "roles", \.roles,
            .optional(.set(of: .text("a role", most: 128), isEmptyAllowed: false)),
            "The caller has at least one of these.", example: "[reader]", standard: "everybody"),
        Key(
            "methods", \.methods, .optional(.set(of: .method, isEmptyAllowed: false)),
            "The method is one of these; GET stands for HEAD too.", example: "[GET]",
            standard: "every method"),
        Key(
            "routes", \.routes, .optional(.set(of: .routePattern, isEmptyAllowed: false)),
            "The route is one of these, as `routes` lists them.",
            example: "[\"GET /v1/invoices/{id}\"]", standard: "every route"),
        Key(
            "actors", \.actors, .optional(.set(of: .actorKind, isEmptyAllowed: false)),
            "The caller is one of these kinds.", example: "[service]", standard: "every kind"),
    ]

    fileprivate static let allowing = Section(
        start: everything,
        keys: common + [
            Key(
                "anonymous", \.admitsAnonymous, .flag,
                "Whether callers without a credential are allowed too.", example: "true")
        ],
        checks: [
            Check { _, place, reading in refuseEmpty(place, reading) }
        ])

    fileprivate static let denying = Section(
        start: everything, keys: common,
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
            keys: section.nodes)
    }
}
