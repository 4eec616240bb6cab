// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A node of a YAML document from which settings are read: its text, without a type yet, and its position.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        case scalar(String)
        /// Nothing after the colon, `~` or `null`.
        case null
        case list([YAMLNode])
        case map([Entry])
    }

    struct Entry: Sendable {
        var name: String
        var position: TextPosition
        var value: YAMLNode
    }

    var content: Content
    var position: TextPosition

    /// What the node is, for messages.
    var shape: String {
        switch content {
        case .scalar: "a single value"
        case .null: "nothing"
        case .list: "a list"
        case .map: "a section"
        }
    }
}
