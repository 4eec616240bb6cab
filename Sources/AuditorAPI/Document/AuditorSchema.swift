// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// The form of an answer, as JSON Schema says it (2020-12, which OpenAPI 3.1 has).
package indirect enum AuditorSchema: Sendable {
    case text
    /// One of these.
    case words([String])
    case moment
    case uid
    case hash
    case base64
    /// A whole number that is not negative.
    case count
    /// A whole number.
    case number
    case bool
    case list(AuditorSchema)
    /// With these members and no others.
    case object([Member])
    /// With members of names that nobody knows beforehand.
    case open
    case named(String)
    case optional(AuditorSchema)
    case either([AuditorSchema])

    package struct Member: Sendable {
        package let name: String
        package let schema: AuditorSchema
        /// Whether it may be left out.
        package let isOptional: Bool

        package init(_ name: String, _ schema: AuditorSchema, isOptional: Bool = false) {
            self.name = name
            self.schema = schema
            self.isOptional = isOptional
        }
    }

    package var json: JSONValue {
        switch self {
        case .text: Self.type("string")
        case .words(let words):
            Self.type("string", JSONMember("enum", .array(words.map { .string($0) })))
        case .moment: Self.type("string", JSONMember("format", .string("date-time")))
        case .uid: Self.type("string", JSONMember("format", .string("uuid")))
        case .hash:
            Self.type("string", JSONMember("pattern", .string("^sha256:[0-9a-f]{64}$")))
        case .base64:
            Self.type("string", JSONMember("contentEncoding", .string("base64")))
        case .count: Self.type("integer", JSONMember("minimum", .integer(0)))
        case .number: Self.type("integer")
        case .bool: Self.type("boolean")
        case .list(let item): Self.type("array", JSONMember("items", item.json))
        case .object(let members): Self.object(members)
        case .open: Self.type("object")
        case .named(let name):
            .object([JSONMember("$ref", .string("#/components/schemas/\(name)"))])
        case .optional(let schema):
            .object([JSONMember("anyOf", .array([schema.json, Self.type("null")]))])
        case .either(let schemas):
            .object([JSONMember("anyOf", .array(schemas.map(\.json)))])
        }
    }

    private static func type(_ name: String, _ others: JSONMember...) -> JSONValue {
        .object([JSONMember("type", .string(name))] + others)
    }

    private static func object(_ members: [Member]) -> JSONValue {
        type(
            "object",
            JSONMember(
                "properties", .object(members.map { JSONMember($0.name, $0.schema.json) })),
            JSONMember(
                "required",
                .array(members.filter { !$0.isOptional }.map { .string($0.name) })),
            JSONMember("additionalProperties", .bool(false)))
    }
}
