// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Canonical JSON is written as it was read, and strict JSON has one canonical form.
enum JSONProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        let canonical = try parse(input, .canonical)
        let strict = try parse(input, .strict)
        if let canonical {
            try require(strict == canonical, "canonical text is strict text of the same value")
            try require(
                CanonicalJSON.encode(canonical) == input, "canonical text is written as it was read"
            )
        }
        guard let strict, isCanonical(strict) else { return strict != nil }
        let text = CanonicalJSON.encode(strict)
        guard let again = try parse(text, .canonical) else {
            throw BrokenProperty("what is written canonically is canonical")
        }
        try require(
            CanonicalJSON.encode(again) == text, "a canonical form is its own canonical form")
        try require(sorted(strict) == again, "a canonical form has the value that was read")
        return true
    }

    private static func parse(
        _ text: [UInt8], _ form: JSONParser.Form
    ) throws(BrokenProperty) -> JSONValue? {
        do {
            return try JSONParser.parse(text, as: form, deepest: 32, mostValues: 5_000)
        } catch {
            try require((0...text.count).contains(error.offset), "a fault lies in its text")
            return nil
        }
    }

    /// Whether records can contain the value: no fractions, no null.
    private static func isCanonical(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members): members.allSatisfy { isCanonical($0.value) }
        case .array(let items): items.allSatisfy(isCanonical)
        case .string, .integer, .bool: true
        case .number, .null: false
        }
    }

    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.map { JSONMember($0.name, sorted($0.value)) }
                    .sorted { Array($0.name.utf16).lexicographicallyPrecedes(Array($1.name.utf16)) }
            )
        case .array(let items): .array(items.map(sorted))
        case .string, .integer, .number, .bool, .null: value
        }
    }
}
