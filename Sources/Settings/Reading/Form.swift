// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// How values of one type are read from a configuration, written back, and described to editors.
struct Form<Value: Sendable>: Sendable {
    /// Reads a value; nil after noting at least one fault.
    let read: @Sendable (Place, Reading) -> Value?
    /// The value as written; nil: it is omitted.
    let write: @Sendable (Value) -> JSONValue?
    /// A JSON Schema (draft 2020-12) of the written form.
    let schema: JSONValue
    /// The keys below, where the value is a section or a list of sections.
    var keys: [KeyNode] = []
    var isList = false
}

/// Why a text is not the expected value: the message of the fault.
struct Complaint: Error {
    var message: String

    init(_ message: String) { self.message = message }
}

extension Form {
    /// A form for values that are written as a single text.
    ///
    /// - Parameter wanted: "a duration such as 10s".
    static func scalar(
        _ wanted: String, schema: [JSONMember] = [],
        write: @escaping @Sendable (Value) -> JSONValue,
        parse: @escaping @Sendable (String) throws(Complaint) -> Value
    ) -> Form {
        Form(
            read: { place, reading in
                guard let text = reading.text(at: place, wanted: wanted) else { return nil }
                do throws(Complaint) {
                    return try parse(text)
                } catch {
                    reading.note(
                        .badValue, at: place,
                        reading.shown(error, about: text, place, wanted: wanted))
                    return nil
                }
            },
            write: { write($0) },
            schema: .object(
                (schema.isEmpty ? [JSONMember("type", .string("string"))] : schema)
                    + [JSONMember("description", .string(wanted))]))
    }

    /// The schema of texts that a regular expression of ECMA-262 describes as a whole.
    static func pattern(_ pattern: String) -> [JSONMember] {
        [
            JSONMember("type", .string("string")),
            JSONMember("pattern", .string("^" + pattern + "$")),
        ]
    }

    /// The same form, with a value that may be omitted.
    static func optional<Wrapped>(_ form: Form<Wrapped>) -> Form where Value == Wrapped? {
        Form(
            read: { place, reading in form.read(place, reading).map { .some($0) } },
            write: { $0.flatMap(form.write) },
            schema: form.schema, keys: form.keys, isList: form.isList)
    }
}
