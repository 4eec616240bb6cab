// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// When a changed value of a key takes effect.
package enum TakesEffect: Sendable {
    /// With the next `countersign reload`, for whatever begins after it.
    case onReload
    /// With the next start; a reload that changes the value is refused.
    case onRestart
}

/// What one key of the configuration is, and those below it, as it was declared.
package struct KeyNode: Sendable {
    package let name: String
    package let isRequired: Bool
    /// What the key is for, in Markdown.
    package let meaning: String
    /// A value other than the default, as it would be written, without the key; empty for a section.
    package let example: String
    /// The example in its written form; nil where there is none, or none that can be read.
    package let exampleValue: @Sendable () -> JSONValue?
    /// In the place of a default that depends on something else.
    package let standardText: String?
    /// Nil: as the section around it says.
    package let takesEffect: TakesEffect?
    /// Other keys, by their paths, that have to stand with the example, and their values.
    package let together: [String: String]
    /// A JSON Schema of its value alone.
    package let form: JSONValue
    package let keys: [KeyNode]
    /// Whether the keys below are those of each element of a list.
    package let isList: Bool
    /// What holds where the key is not written, as it would be written; nil for a required key, and where nothing
    /// does.
    package var standard: JSONValue?

    /// Whether the key has a single value.
    package var isFixed: Bool { form["const"] != nil }

    /// The whole configuration.
    package static var root: [KeyNode] { DeploymentSettings.section.nodes }

    /// The file of API keys.
    package static var keyFile: [KeyNode] { APIKeyEntry.section.nodes }
}

extension KeyNode {
    init(
        name: String, isRequired: Bool, meaning: String, example: String,
        exampleValue: @escaping @Sendable () -> JSONValue?, standardText: String?,
        takesEffect: TakesEffect?, together: [String: String], form: JSONValue, keys: [KeyNode],
        isList: Bool
    ) {
        self.name = name
        self.isRequired = isRequired
        self.meaning = meaning
        self.example = example
        self.exampleValue = exampleValue
        self.standardText = standardText
        self.takesEffect = takesEffect
        self.together = together
        self.form = form
        self.keys = keys
        self.isList = isList
        standard = nil
    }
}

/// A key at the end of a way through the configuration.
package struct KeyPlace: Sendable {
    /// `listen[].http.max_headers`.
    package let text: String
    package let node: KeyNode
    /// When a change takes effect, by the key's own word or that of the nearest section around it.
    package let takesEffect: TakesEffect

    /// Every key of the configuration, those of a section behind it.
    package static let all = below(KeyNode.root, in: "", .onReload)

    private static func below(
        _ nodes: [KeyNode], in start: String, _ outer: TakesEffect
    ) -> [KeyPlace] {
        nodes.flatMap { node in
            let place = KeyPlace(
                text: start.isEmpty ? node.name : start + "." + node.name, node: node,
                takesEffect: node.takesEffect ?? outer)
            return [place]
                + below(
                    node.keys, in: node.isList ? place.text + "[]" : place.text,
                    place.takesEffect)
        }
    }
}
