// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Yams

/// Reads YAML with a bound on everything, so that no text can take much time or memory.
///
/// Yams stops at the first syntax error or repeated key of a mapping, so these faults are reported alone.
enum YAMLDocument {
    /// The most nodes a document may have; those repeated by aliases count every time.
    static let mostNodes = 100_000

    /// The root of the only document, or nil if there is none or it is null.
    static func root(of text: ConfigurationText) throws(SettingsFaults) -> YAMLNode? {
        func refuse(
            _ code: SettingsFault.Code, _ position: TextPosition, _ message: String
        ) -> SettingsFaults {
            let fault = SettingsFault(code: code, position: position, path: "", message: message)
            return SettingsFaults(file: text.file, [fault])
        }
        guard text.bytes.count <= ConfigurationText.mostBytes else {
            throw refuse(.tooLarge, .start, "the file is larger than 1 MiB")
        }
        guard let whole = String(validating: text.bytes, as: UTF8.self) else {
            throw refuse(.syntax, .start, "the file is not UTF-8 text")
        }
        let string: String
        do throws(UnambiguousYAMLFault) {
            string = try UnambiguousYAML.check(whole)
        } catch {
            throw refuse(.syntax, error.position, error.message)
        }
        do {
            // The basic resolver calls every scalar a string, which makes `1` and `"1"` the same
            // key.
            let parser = try Parser(
                yaml: string, resolver: .basic, constructor: .default, encoding: .utf8)
            guard let root = try parser.singleRoot() else { return nil }
            var converter = Converter()
            let node = try converter.node(root)
            if case .null = node.content { return nil }
            return node
        } catch let excess as Converter.Refusal {
            throw refuse(excess.code, excess.position, excess.message)
        } catch let error as YamlError {
            let (code, position, message) = describe(error, in: string)
            throw refuse(code, position, message)
        } catch {
            throw refuse(.syntax, .start, "the file cannot be read as YAML: \(error)")
        }
    }

    private static let quotes = "; an address in brackets stands in quotes: `\"[::1]:8080\"`"

    /// Whether the line at fault has an address such as `[::1]:8080`, which YAML takes for a list.
    private static func isAddressWithoutQuotes(_ mark: Mark, in text: String) -> Bool {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.indices.contains(mark.line - 1) && lines[mark.line - 1].contains("]:")
    }

    private static func describe(
        _ error: YamlError, in text: String
    ) -> (SettingsFault.Code, TextPosition, String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let hint = isAddressWithoutQuotes(mark, in: text) ? Self.quotes : ""
            return (.syntax, TextPosition(mark), "this is not YAML: \(problem)\(hint)")
        case .reader(let problem, let offset, _, _):
            let position = TextPosition(after: offset ?? 0, scalarsOf: text)
            return (.syntax, position, "this is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let names, let context):
            let list = names.sorted().map { "`\($0)`" }.joined(separator: ", ")
            return (.repeatedKey, TextPosition(context.mark), "given more than once: \(list)")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return (.syntax, .start, "the file cannot be read as YAML: \(error)")
        }
    }
}

extension TextPosition {
    fileprivate init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}

/// Turns Yams' nodes into ours and counts them.
private struct Converter {
    struct Refusal: Error {
        var code: SettingsFault.Code
        var position: TextPosition
        var message: String
    }

    private var left = YAMLDocument.mostNodes

    mutating func node(_ node: Node) throws -> YAMLNode {
        let position = node.mark.map { TextPosition($0) } ?? .start
        left -= 1
        guard left > 0 else {
            throw Refusal(
                code: .tooLarge, position: position,
                message: "the file has more than \(YAMLDocument.mostNodes) values")
        }
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
            return YAMLNode(content: isNull ? .null : .scalar(scalar.string), position: position)
        case .sequence(let items):
            var list: [YAMLNode] = []
            for item in items { list.append(try self.node(item)) }
            return YAMLNode(content: .list(list), position: position)
        case .mapping(let pairs):
            var entries: [YAMLNode.Entry] = []
            var merged: [YAMLNode.Entry] = []
            for (key, value) in pairs {
                if case .scalar(let name) = key, name.string == "<<", name.style == .plain {
                    merged += try self.merged(value)
                } else {
                    entries.append(try entry(key, value))
                }
            }
            // What is written here overrides what is merged, and what is merged first overrides the rest.
            for entry in merged where !entries.contains(where: { $0.name == entry.name }) {
                entries.append(entry)
            }
            return YAMLNode(content: .map(entries), position: position)
        case .alias:
            throw Refusal(
                code: .syntax, position: position, message: "this alias leads nowhere")
        }
    }

    /// The keys of what `<<` names: a section, or a list of some (https://yaml.org/type/merge.html).
    private mutating func merged(_ value: Node) throws -> [YAMLNode.Entry] {
        let node = try node(value)
        let sections: [YAMLNode]
        if case .list(let items) = node.content { sections = items } else { sections = [node] }
        return try sections.flatMap { section in
            guard case .map(let entries) = section.content else {
                throw Refusal(
                    code: .wrongShape, position: section.position,
                    message: "`<<` takes in a section, such as `*name`, or a list of sections")
            }
            return entries
        }
    }

    private mutating func entry(_ key: Node, _ value: Node) throws -> YAMLNode.Entry {
        let position = key.mark.map { TextPosition($0) } ?? .start
        guard case .scalar(let name) = key else {
            throw Refusal(
                code: .wrongShape, position: position, message: "a key is a plain word")
        }
        return YAMLNode.Entry(name: name.string, position: position, value: try node(value))
    }
}
