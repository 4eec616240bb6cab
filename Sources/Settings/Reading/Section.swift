// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages

/// A condition on several keys of a section; checked if none of them is faulty by itself.
struct Check<Root>: Sendable {
    let keys: Set<String>
    /// Notes what is wrong; may fill in defaults that depend on other keys.
    let run: @Sendable (inout Root, Place, Reading) -> Void
    /// What can be said all the same where one of the keys is faulty: from the text alone.
    let otherwise: (@Sendable (Place, Reading) -> Void)?

    init(
        _ keys: String..., run: @escaping @Sendable (inout Root, Place, Reading) -> Void,
        otherwise: (@Sendable (Place, Reading) -> Void)? = nil
    ) {
        self.keys = Set(keys)
        self.run = run
        self.otherwise = otherwise
    }
}

/// The table of a section's keys, which drives how it is read, checked, printed and described.
///
/// ## Invariants
/// - `PlaceholdersNeverEscape`: `start` holds placeholders for required keys. A section in which
///   one is missing or faulty has no value, and a document with any fault is refused as a whole.
struct Section<Root: Sendable>: Sendable {
    /// The value of an empty section: all defaults.
    let start: Root
    let keys: [Key<Root>]
    /// Keys of the product that this version does not have.
    let notAvailable: [String]
    /// Conditions on several keys together.
    let checks: [Check<Root>]

    init(
        start: Root, keys: [Key<Root>], notAvailable: [String] = [], checks: [Check<Root>] = []
    ) {
        let names = Set(keys.map(\.name))
        let areKnown = checks.allSatisfy { names.isSuperset(of: $0.keys) }
        precondition(
            names.count == keys.count && areKnown,
            "KeysAreDeclaredOnce: a key is declared twice, or a check names one that is not")
        self.start = start
        self.keys = keys
        self.notAvailable = notAvailable
        self.checks = checks
    }

    /// - Parameter names: the keys to read, as if nothing else were declared or written; nil: all.
    func read(_ place: Place, _ reading: Reading, only names: Set<String>? = nil) -> Root? {
        func isRead(_ name: String) -> Bool { names?.contains(name) ?? true }
        guard case .map(let entries) = place.node.content else {
            reading.note(
                .wrongShape, at: place,
                "expected a section with \(list(keys.map(\.name))), found \(place.node.shape)")
            return nil
        }
        let before = reading.faults.count
        var root = start
        var faulty: Set<String> = []
        for entry in entries where isRead(entry.name) {
            let at = Place(node: entry.value, path: place.path(to: entry.name))
            if let key = keys.first(where: { $0.name == entry.name }) {
                if !key.read(at, reading, &root) { faulty.insert(entry.name) }
            } else {
                refuse(entry, at.path, reading)
            }
        }
        for key in keys where key.isRequired && isRead(key.name) && place[key.name] == nil {
            faulty.insert(key.name)
            reading.note(
                .missing, place.node.position, place.path(to: key.name),
                "`\(key.name)` is missing")
        }
        for check in checks where check.keys.allSatisfy(isRead) {
            if faulty.isDisjoint(with: check.keys) {
                check.run(&root, place, reading)
            } else {
                check.otherwise?(place, reading)
            }
        }
        return reading.faults.count == before ? root : nil
    }

    func write(_ root: Root) -> JSONValue {
        .object(keys.compactMap { key in key.write(root).map { JSONMember(key.name, $0) } })
    }

    /// What was declared of the keys, each with its default.
    var nodes: [KeyNode] {
        keys.map { key in
            var node = key.declared
            node.standard = key.isRequired ? nil : key.write(start)
            return node
        }
    }

    var schema: JSONValue {
        .object([
            JSONMember("type", .string("object")),
            JSONMember("properties", .object(keys.map { JSONMember($0.name, $0.declared.form) })),
            JSONMember("required", .array(keys.filter(\.isRequired).map { .string($0.name) })),
            JSONMember("additionalProperties", .bool(false)),
        ])
    }

    private func refuse(_ entry: YAMLNode.Entry, _ path: String, _ reading: Reading) {
        if notAvailable.contains(entry.name) {
            reading.note(
                .notAvailable, entry.position, path,
                "`\(entry.name)` is not available in this version")
        } else {
            let hint = NearestName.hint(entry.name, among: keys.map(\.name))
            reading.note(
                .unknownKey, entry.position, path,
                "unknown key `\(entry.name)`"
                    + (hint.isEmpty ? "; known here: \(list(keys.map(\.name)))" : hint))
        }
    }

    private func list(_ names: [String]) -> String {
        names.map { "`\($0)`" }.joined(separator: ", ")
    }
}

extension Form {
    static func section(_ section: Section<Value>) -> Form {
        Form(
            read: { place, reading in section.read(place, reading) },
            write: { section.write($0) }, schema: section.schema, keys: section.nodes)
    }

    /// A section that is omitted if nothing in it is set.
    static func sectionUnlessEmpty(_ section: Section<Value>) -> Form where Value: Equatable {
        Form(
            read: { place, reading in section.read(place, reading) },
            write: { $0 == section.start ? nil : section.write($0) }, schema: section.schema,
            keys: section.nodes)
    }
}
