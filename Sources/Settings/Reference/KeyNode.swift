// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// One key of the configuration and those below it, read off the tables that read it.
package struct KeyNode: Sendable {
    package let name: String
    package let isRequired: Bool
    /// A JSON Schema of its value.
    package let schema: JSONValue
    /// What holds where the key is not written, as it would be written; nil for a required key, and where nothing
    /// does.
    package let standard: JSONValue?
    package let keys: [KeyNode]
    /// Whether the keys below are those of each element of a list.
    package let isList: Bool

    /// The whole configuration.
    package static var root: [KeyNode] { DeploymentSettings.section.keys }

    /// The file of API keys.
    package static var keyFile: [KeyNode] { APIKeyEntry.section.keys }
}

/// A key at the end of a way through the configuration.
package struct KeyPlace: Sendable {
    /// `listen[].http.max_headers`.
    package let text: String
    package let node: KeyNode

    /// Every key below some others, those of a section behind it.
    package static func all(of nodes: [KeyNode], below start: String = "") -> [KeyPlace] {
        nodes.flatMap { node in
            let text = start.isEmpty ? node.name : start + "." + node.name
            return [KeyPlace(text: text, node: node)]
                + all(of: node.keys, below: node.isList ? text + "[]" : text)
        }
    }
}
