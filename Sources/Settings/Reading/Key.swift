// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// One key of a section, declared once.
///
/// The declaration drives how a configuration is read, checked and printed, the reference page, the schema for editors,
/// which keys a reload refuses to change, and the test that every key has an effect.
struct Key<Root: Sendable>: Sendable {
    let name: String
    let isRequired: Bool
    /// Reads the key's value into its section; false after noting a fault.
    let read: @Sendable (Place, Reading, inout Root) -> Bool
    let write: @Sendable (Root) -> JSONValue?
    /// What the declaration says to people, programs and tests; without what depends on the section around it.
    let declared: KeyNode

    /// - Parameters:
    ///   - property: the place that the key sets; its value in ``Section/start`` is the default.
    ///   - meaning: what it is for, in one sentence where that is enough.
    ///   - example: a value other than the default, as it is written behind the key. None for a section, whose keys
    ///     have their own.
    ///   - standard: what the page says instead of a default that depends on something else.
    ///   - takesEffect: when a changed value takes effect; nil: as for the section around it.
    ///   - together: other keys, by their full path, that the example needs, and their values.
    init<Value: Sendable>(
        _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable,
        _ form: Form<Value>, isRequired: Bool = false, _ meaning: String, example: String = "",
        standard: String? = nil, takesEffect: TakesEffect? = nil, together: [String: String] = [:]
    ) {
        self.name = name
        self.isRequired = isRequired
        declared = KeyNode(
            name: name, isRequired: isRequired, meaning: meaning, example: example,
            exampleValue: { form.value(of: example) }, standardText: standard,
            takesEffect: takesEffect, together: together, form: form.schema, keys: form.keys,
            isList: form.isList)
        read = { place, reading, root in
            guard let value = form.read(place, reading) else { return false }
            root[keyPath: property] = value
            return true
        }
        write = { root in form.write(root[keyPath: property]) }
    }

    /// A key that has a single value in this version, so that it can have no visible effect.
    static func fixed(_ name: String, _ value: String, _ meaning: String) -> Key {
        Key(name: name, text: value, value: .string(value), meaning)
    }

    /// A switch with only one position in this version.
    static func fixed(_ name: String, _ value: Bool, _ meaning: String) -> Key {
        Key(name: name, text: value ? "true" : "false", value: .bool(value), meaning)
    }

    private init(name: String, text: String, value: JSONValue, _ meaning: String) {
        self.name = name
        isRequired = false
        declared = KeyNode(
            name: name, isRequired: false, meaning: meaning, example: text,
            exampleValue: { value }, standardText: nil, takesEffect: nil, together: [:],
            form: .object([JSONMember("const", value)]), keys: [], isList: false)
        read = { place, reading, _ in
            guard let found = reading.text(at: place, wanted: text) else { return false }
            guard found != text else { return true }
            let complaint = Complaint(
                "`\(found)` is not available in this version; only `\(text)` is")
            reading.note(
                .notAvailable, at: place,
                reading.shown(complaint, about: found, place, wanted: "`\(text)`"))
            return false
        }
        write = { _ in value }
    }
}

extension Form {
    /// A text of YAML as the value that it stands for, in its written form; nil where it is none.
    fileprivate func value(of example: String) -> JSONValue? {
        let text = ConfigurationText(file: "", folder: "", text: example)
        do throws(SettingsFaults) {
            guard let node = try YAMLDocument.root(of: text) else { return nil }
            // A secret is written as its place: what that leads to is of no matter here.
            let sources = SettingsSources(environment: { $0 }, file: { .text($0) })
            let reading = Reading(sources: sources, folder: "")
            return read(Place(node: node, path: ""), reading).flatMap(write)
        } catch {
            // An example that cannot be read fails the test that reads them all.
            return nil
        }
    }
}
