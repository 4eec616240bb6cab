// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Limits a JSON value as in record.md §1 and notes what it had to cut.
package struct RecordLimiter {
    /// Dotted paths of what was cut, in order.
    package private(set) var truncated: [String] = []

    package init() {}

    /// The value with long strings and arrays cut, and empty strings and nulls left out.
    package mutating func limit(_ value: JSONValue, path: String) -> JSONValue {
        switch value {
        case .string(let text):
            let (kept, isCut) = RecordLimits.cut(text, to: RecordLimits.stringBytes)
            if isCut { note(path) }
            return .string(String(kept))
        case .array(let items):
            if items.count > RecordLimits.arrayItems { note(path) }
            return .array(
                items.prefix(RecordLimits.arrayItems).filter(Self.isPresent)
                    .map { limit($0, path: path) })
        case .object(let members):
            return .object(
                members.filter { Self.isPresent($0.value) }.map {
                    JSONMember(
                        $0.name,
                        limit($0.value, path: path.isEmpty ? $0.name : "\(path).\($0.name)")
                    )
                })
        case .integer, .bool, .number, .null:
            return value
        }
    }

    private mutating func note(_ path: String) {
        if !truncated.contains(path) { truncated.append(path) }
    }

    private static func isPresent(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): !text.isEmpty
        case .null: false
        case .object, .array, .integer, .number, .bool: true
        }
    }
}

extension [JSONMember] {
    /// Adds a member if there is a value for it.
    package mutating func add(_ name: String, _ text: String?) {
        if let text, !text.isEmpty { append(JSONMember(name, .string(text))) }
    }

    /// Adds a member if there is a value for it.
    package mutating func add(_ name: String, _ number: (some BinaryInteger)?) {
        if let number { append(JSONMember(name, .integer(Int64(number)))) }
    }

    /// Adds a member if there is a value for it.
    package mutating func add(_ name: String, _ flag: Bool?) {
        if let flag { append(JSONMember(name, .bool(flag))) }
    }

    /// Adds an object.
    package mutating func add(_ name: String, _ members: [JSONMember]) {
        append(JSONMember(name, .object(members)))
    }
}
