// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// The JSON Schema (draft 2020-12) of configuration files, for editors such as those that run yaml-language-server.
///
/// It describes every key with its meaning, default and an example; `env:` and `file:` are allowed in place of any
/// single value, and numbers and truth values in quotation marks, as `countersign check` takes them. Conditions on several
/// keys are left to that.
package enum ConfigurationSchema {
    /// The keyword that says when a changed value takes effect: `reload` or `restart`. Validators do not know it.
    package static let takesEffect = "x-takes-effect"

    /// The whole schema.
    package static var json: JSONValue {
        let schema = described(DeploymentSettings.section.schema, KeyNode.root, .onReload)
        guard case .object(let members) = schema else {
            preconditionFailure("SectionsAreObjects: the root's schema is none")
        }
        return .object(
            [
                JSONMember("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
                JSONMember("title", .string("Countersign configuration")),
            ] + members)
    }

    /// The schema with what was declared of the keys in it.
    ///
    /// - Parameter nodes: the keys of the section that the schema is of, or of the sections in it.
    private static func described(
        _ schema: JSONValue, _ nodes: [KeyNode], _ outer: TakesEffect
    ) -> JSONValue {
        guard case .object(let members) = schema else { return schema }
        return .object(
            members.map { member in
                switch (member.name, member.value) {
                case ("properties", .object(let properties)):
                    let known = properties.map { entry in
                        guard let node = nodes.first(where: { $0.name == entry.name }) else {
                            preconditionFailure(
                                "KeysAreDeclaredOnce: no key is declared for \(entry.name)")
                        }
                        return JSONMember(entry.name, property(entry.value, node, outer))
                    }
                    return JSONMember(member.name, .object(known))
                case ("items", let items):
                    return JSONMember(
                        member.name, admittingReferences(described(items, nodes, outer)))
                case ("anyOf", .array(let schemas)):
                    return JSONMember(
                        member.name,
                        .array(schemas.map { admittingReferences(described($0, nodes, outer)) }))
                default: return member
                }
            })
    }

    private static func property(
        _ form: JSONValue, _ node: KeyNode, _ outer: TakesEffect
    ) -> JSONValue {
        let takesEffect = node.takesEffect ?? outer
        var members = [JSONMember("description", .string(description(of: node)))]
        if node.keys.isEmpty, let standard = node.standard {
            members.append(JSONMember("default", standard))
        }
        if let example = node.exampleValue(), !node.isFixed {
            members.append(JSONMember("examples", .array([example])))
        }
        if !node.isFixed {
            members.append(
                JSONMember(
                    Self.takesEffect, .string(takesEffect == .onReload ? "reload" : "restart")))
        }
        guard case .object(let constraints) = described(form, node.keys, takesEffect) else {
            return form
        }
        let admitting = admittingReferences(
            .object(constraints.filter { $0.name != "description" }))
        guard case .object(let rest) = admitting else { return form }
        return .object(members + rest)
    }

    private static func description(of node: KeyNode) -> String {
        var text = node.meaning
        if let form = node.form["description"]?.string { text += " Form: \(form)." }
        if let standard = node.standardText { text += " Default: \(standard)." }
        return text
    }

    /// A schema of a single value in which a reference may stand instead; others are left as they are.
    private static func admittingReferences(_ schema: JSONValue) -> JSONValue {
        let isSingle = ["items", "properties", "anyOf"].allSatisfy { schema[$0] == nil }
        // A plain string covers references by itself.
        let isPlain =
            schema["type"]?.string == "string" && schema["enum"] == nil && schema["pattern"] == nil
        guard isSingle, !isPlain else { return schema }
        // Editors take a name such as `1.2` for a number where it stands without quotation marks.
        let names = (schema["enum"]?.array ?? []).compactMap(\.string)
        let isNumeric = names.contains { $0.wholeMatch(of: /[0-9]+\.[0-9]+/) != nil }
        let number = JSONValue.object([JSONMember("type", .string("number"))])
        return .object([
            JSONMember(
                "anyOf",
                .array(
                    [schema] + (isNumeric ? [number] : []) + [quoted(schema)].compactMap(\.self)
                        + [reference]))
        ])
    }

    /// A number or truth value in quotation marks, which many who write YAML put around every value.
    private static func quoted(_ schema: JSONValue) -> JSONValue? {
        func text(_ members: JSONMember...) -> JSONValue {
            .object([JSONMember("type", .string("string"))] + members)
        }
        switch (schema["type"]?.string, schema["const"]) {
        case ("integer", _):
            return text(JSONMember("pattern", .string("^" + WholeNumber.pattern + "$")))
        case ("boolean", _):
            return text(JSONMember("enum", .array([.string("true"), .string("false")])))
        case (_, .integer(let number)?):
            return text(JSONMember("const", .string("\(number)")))
        case (_, .bool(let flag)?):
            return text(JSONMember("const", .string(flag ? "true" : "false")))
        default: return nil
        }
    }

    private static let reference = JSONValue.object([
        JSONMember("type", .string("string")), JSONMember("pattern", .string("^(env|file):.")),
    ])
}
