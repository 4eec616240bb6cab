// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

extension Deployment {
    /// Whether values that came from the environment or a file are shown.
    package enum Disclosure: Sendable {
        /// They may be secrets: `env:NAME` is shown in their place.
        case masked
        /// They are shown; the text is a configuration that reads as this one.
        case full
    }

    /// The effective configuration, defaults spelled out, as YAML that can be read again.
    package func effectiveYAML(_ disclosure: Disclosure) -> String {
        var printer = YAMLPrinter(
            replacements: disclosure == .masked ? references : [:])
        return printer.text(of: DeploymentSettings.section.write(settings))
    }

    /// The effective configuration for programs, in the structure of the file.
    package func effectiveJSON(_ disclosure: Disclosure) -> JSONValue {
        let value = DeploymentSettings.section.write(settings)
        return disclosure == .masked ? value.replacing(references, at: "") : value
    }

    /// The JSON Schema (draft 2020-12) of configuration files, for editors.
    ///
    /// It describes every key; `env:` and `file:` are allowed in the place of any single value.
    package static var jsonSchema: JSONValue {
        let reference = JSONValue.object([
            JSONMember("type", .string("string")),
            JSONMember("pattern", .string("^(env|file):.")),
        ])
        guard
            case .object(let members) = DeploymentSettings.section.schema
                .admitting(reference)
        else { preconditionFailure("SectionsAreObjects: the root's schema is none") }
        return .object(
            [
                JSONMember("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
                JSONMember("title", .string("Countersign configuration")),
            ] + members)
    }
}

extension JSONValue {
    fileprivate func replacing(_ replacements: [String: String], at path: String) -> JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.map { member in
                    let at = path.isEmpty ? member.name : path + "." + member.name
                    return JSONMember(member.name, member.value.replacing(replacements, at: at))
                })
        case .array(let items):
            .array(
                items.enumerated().map { position, item in
                    item.replacing(replacements, at: "\(path)[\(position)]")
                })
        case .string, .integer, .number, .bool, .null:
            replacements[path].map { .string($0) } ?? self
        }
    }

    /// A schema in which every single value may be a reference instead.
    fileprivate func admitting(_ reference: JSONValue) -> JSONValue {
        guard case .object(let members) = self else { return self }
        if self["items"] != nil || self["properties"] != nil || self["anyOf"] != nil {
            return .object(
                members.map { member in
                    JSONMember(member.name, member.value.below(member.name, reference))
                })
        }
        // A plain string covers references by itself.
        guard self["type"]?.string != "string" || self["enum"] != nil else { return self }
        return .object([JSONMember("anyOf", .array([self, reference]))])
    }

    private func below(_ keyword: String, _ reference: JSONValue) -> JSONValue {
        switch (keyword, self) {
        case ("items", _): admitting(reference)
        case ("anyOf", .array(let schemas)): .array(schemas.map { $0.admitting(reference) })
        case ("properties", .object(let properties)):
            .object(
                properties.map { JSONMember($0.name, $0.value.admitting(reference)) })
        default: self
        }
    }
}
