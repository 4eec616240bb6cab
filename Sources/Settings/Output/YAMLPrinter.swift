// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Writes a value as YAML in block style; lists of single values stay on one line.
struct YAMLPrinter {
    /// Texts to show in the place of values, by the value's path.
    let replacements: [String: String]
    private var lines: [String] = []

    init(replacements: [String: String]) { self.replacements = replacements }

    /// The document of an object, with a line break at its end.
    mutating func text(of value: JSONValue) -> String {
        lines = []
        if case .object(let members) = value { append(members, indent: 0, path: "", lead: nil) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// - Parameter lead: what the first line begins with instead of its indentation: `- ` of a
    ///   list.
    private mutating func append(
        _ members: [JSONMember], indent: Int, path: String, lead: String?
    ) {
        for (position, member) in members.enumerated() {
            let margin = String(repeating: " ", count: indent)
            let start = (position == 0 ? lead : nil) ?? margin
            let at = path.isEmpty ? member.name : path + "." + member.name
            append(member, at: at, start: start, indent: indent)
        }
    }

    private mutating func append(
        _ member: JSONMember, at path: String, start: String, indent: Int
    ) {
        let key = start + member.name + ":"
        switch member.value {
        case .object(let members) where !members.isEmpty:
            lines.append(key)
            append(members, indent: indent + 2, path: path, lead: nil)
        case .array(let items) where items.contains(where: { $0.members != nil }):
            lines.append(key)
            let margin = String(repeating: " ", count: indent + 2)
            for (position, item) in items.enumerated() {
                let at = "\(path)[\(position)]"
                if case .object(let members) = item {
                    append(members, indent: indent + 4, path: at, lead: margin + "- ")
                } else {
                    lines.append(margin + "- " + inline(item, at: at))
                }
            }
        default:
            lines.append(key + " " + inline(member.value, at: path))
        }
    }

    private func inline(_ value: JSONValue, at path: String) -> String {
        if let replacement = replacements[path] { return Self.scalar(replacement) }
        switch value {
        case .string(let text): return Self.scalar(text)
        case .integer(let number): return "\(number)"
        case .bool(let flag): return flag ? "true" : "false"
        case .array(let items):
            let texts = items.enumerated().map { inline($1, at: "\(path)[\($0)]") }
            return "[" + texts.joined(separator: ", ") + "]"
        case .object: return "{}"
        case .number(let text): return text
        case .null: return "null"
        }
    }

    /// One text as it is safe to write.
    static func scalar(_ text: String) -> String {
        guard needsQuotes(text) else { return text }
        var quoted: [UInt8] = []
        // JSON's strings are YAML's double-quoted scalars (YAML 1.2 §1.3).
        CanonicalJSON.append(string: text.utf8, to: &quoted)
        return String(decoding: quoted, as: UTF8.self)
    }

    /// Whether a reader of YAML might take the plain text for something else.
    private static func needsQuotes(_ text: String) -> Bool {
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"]
        guard let first = text.utf8.first, !words.contains(text.lowercased()) else { return true }
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || "._-/:*".utf8.contains(byte)
        }
        let isNumberLike = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || "._:".utf8.contains($0)
        }
        let startsPlain =
            (0x41...0x5A).contains(first) || (0x61...0x7A).contains(first)
            || (0x30...0x39).contains(first) || first == UInt8(ascii: "/")
        return !isPlain || isNumberLike || !startsPlain || text.hasSuffix(":")
    }
}
