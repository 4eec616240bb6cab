// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// The reference of the configuration file: every key with its meaning, form, default and an example.
package enum ConfigurationPage {
    /// Markdown, one table for each key of the first level.
    package static var text: String {
        var text = introduction
        for node in KeyNode.root {
            text += "\n## `\(node.name)`\n\n"
            if let description = KeyDescription.all[node.name] {
                text += description.meaning + "\n\n"
            }
            text += "| key | meaning | form | default | example |\n|---|---|---|---|---|\n"
            for key in KeyPlace.all(of: [node]) where !isHeading(key) { text += row(key) }
        }
        return text
    }

    private static let introduction = """
        # Configuration

        `countersign.yaml` is YAML. Paths start from its folder. Any single value may be `env:NAME`, the value of an
        environment variable, or `file:PATH`, the content of a file. Unknown keys are errors. `countersign check` lists
        every mistake with line and column and prints the effective configuration; `countersign check --schema` prints
        a JSON Schema for editors.

        `[]` in a key stands for each element of a list. Sizes have a binary unit (`64KiB`), durations one or more units
        from the largest to the smallest (`90s`, `1m30s`; `d`, `h`, `m`, `s`, `ms`). A byte order mark, Windows line
        ends, anchors and merge keys (`<<`) are understood.

        A change takes force by `countersign reload`, all of it or none. Changed files of API keys and key sets take
        force by themselves, within a second; faulty ones leave those before in force. Each is a record that names the
        digests of all files that decide and the ids of the keys that came and went.

        This page is read off the code by `make docs`.

        """

    /// A key that is only the heading of its table.
    private static func isHeading(_ key: KeyPlace) -> Bool {
        !key.text.contains(".") && !key.node.keys.isEmpty
    }

    private static func row(_ key: KeyPlace) -> String {
        let description = KeyDescription.all[key.text]
        let example = description.map { $0.example.isEmpty ? "" : "`\($0.example)`" } ?? ""
        return "| `\(key.text)` | \(cell(description?.meaning ?? "")) | \(cell(form(key.node))) "
            + "| \(cell(standard(key.node, description))) | \(example) |\n"
    }

    private static func standard(_ node: KeyNode, _ description: KeyDescription?) -> String {
        if node.isRequired { return "required" }
        if let text = description?.standard { return text }
        guard node.keys.isEmpty, let value = node.standard else { return "" }
        if value == .array([]) { return "none" }
        return "`\(written(value))`"
    }

    private static func written(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .bool(let flag): flag ? "true" : "false"
        case .array(let items): "[" + items.map(written).joined(separator: ", ") + "]"
        case .number(let text): text
        case .object, .null: ""
        }
    }

    /// What may be written.
    private static func form(_ node: KeyNode) -> String {
        if node.isList, !node.keys.isEmpty { return "list of sections" }
        if !node.keys.isEmpty { return "section" }
        return form(node.schema)
    }

    private static func form(_ schema: JSONValue) -> String {
        if let value = schema["const"] { return "`\(written(value))`" }
        if let values = schema["enum"]?.array {
            return values.map { "`\(written($0))`" }.joined(separator: ", ")
        }
        if let items = schema["items"] { return "list: " + form(items) }
        return schema["description"]?.string ?? schema["type"]?.string ?? ""
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
