// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// The reference of the configuration file: every key with its meaning, form, default, an example, and when a change
/// of it takes effect.
package enum ConfigurationPage {
    /// Markdown, one table for each key of the first level.
    package static var text: String {
        var text = introduction
        for node in KeyNode.root {
            text += "\n## `\(node.name)`\n\n\(node.meaning)\n\n"
            text += "| key | meaning | form | default | example | change |\n"
            text += "|---|---|---|---|---|---|\n"
            for key in KeyPlace.all where isOfTable(key, node) { text += row(key) }
        }
        return text
    }

    private static let introduction = """
        # Configuration

        `countersign.yaml` is YAML. Paths start from its folder. Any single value may be `env:NAME`, the value of an
        environment variable, or `file:PATH`, the content of a file. Unknown keys are errors. `countersign check` lists
        every mistake with line and column and prints the effective configuration.

        `countersign check --schema` prints a JSON Schema (draft 2020-12) for editors. Those that run
        yaml-language-server complete keys and show what they mean once the schema lies beside the configuration and
        its first line is `# yaml-language-server: $schema=countersign.schema.json`.

        `[]` in a key stands for each element of a list. Sizes have a binary unit (`64KiB`), durations one or more units
        from the largest to the smallest (`90s`, `1m30s`; `d`, `h`, `m`, `s`, `ms`). A byte order mark, Windows line
        ends, anchors and merge keys (`<<`) are understood.

        Where the last column says `reload`, a change takes effect with `countersign reload`, all of it or none. Where it
        says `restart`, a reload names the key and changes nothing, and the proxy carries on as before. Changed files of
        API keys and key sets take effect by themselves, within a second; with faulty ones, the old keys stay in force.
        Each change is a record that names the digests of all deciding files and the ids of the keys that came and went.

        This page is generated from the code by `make docs`.

        """

    /// Whether the key is a row of its first level's table; one that is only the heading of a table is none.
    private static func isOfTable(_ key: KeyPlace, _ first: KeyNode) -> Bool {
        guard key.text != first.name else { return first.keys.isEmpty }
        return key.text.hasPrefix(first.name + ".") || key.text.hasPrefix(first.name + "[]")
    }

    private static func row(_ key: KeyPlace) -> String {
        let node = key.node
        let example = node.example.isEmpty ? "" : "`\(node.example)`"
        let change = node.isFixed ? "" : key.takesEffect == .onReload ? "reload" : "restart"
        let cells = [
            "`\(key.text)`", cell(node.meaning), cell(form(node)), cell(standard(node)), example,
            change,
        ]
        return "| " + cells.joined(separator: " | ") + " |\n"
    }

    private static func standard(_ node: KeyNode) -> String {
        if node.isRequired { return "required" }
        if let text = node.standardText { return text }
        guard let value = node.standard, value != .array([]) else { return "none" }
        return node.keys.isEmpty ? "`\(written(value))`" : ""
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
        return form(node.form)
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
