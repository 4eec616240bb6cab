// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// One key of a section: where its value goes and what form it has.
struct Field<Root: Sendable>: Sendable {
    let name: String
    /// Whether the key has to be written.
    let isRequired: Bool
    /// Reads the key's value into its section; false after noting a fault.
    let read: @Sendable (Place, Reading, inout Root) -> Bool
    let write: @Sendable (Root) -> JSONValue?
    let schema: JSONValue
    /// The keys below, where the value is a section or a list of sections.
    let keys: [KeyNode]
    let isList: Bool

    init<Value: Sendable>(
        _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable,
        _ form: Form<Value>, isRequired: Bool = false
    ) {
        self.name = name
        self.isRequired = isRequired
        schema = form.schema
        keys = form.keys
        isList = form.isList
        read = { place, reading, root in
            guard let value = form.read(place, reading) else { return false }
            root[keyPath: property] = value
            return true
        }
        write = { root in form.write(root[keyPath: property]) }
    }

    /// A key that in this version has a single value.
    static func fixed(_ name: String, _ value: String) -> Field {
        Field(name: name, text: value, value: .string(value))
    }

    /// A switch that in this version stands one way.
    static func fixed(_ name: String, _ value: Bool) -> Field {
        Field(name: name, text: value ? "true" : "false", value: .bool(value))
    }

    private init(name: String, text: String, value: JSONValue) {
        self.name = name
        isRequired = false
        schema = .object([JSONMember("const", value)])
        keys = []
        isList = false
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
