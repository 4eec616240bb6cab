// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A JSON value that keeps the order of members and the exactness of numbers.
///
/// Numbers are integers within ±(2^53−1) or their original text; there is no floating point.
package enum JSONValue: Hashable, Sendable {
    case object([JSONMember])
    case array([JSONValue])
    case string(String)
    case integer(Int64)
    /// A number that is not an integer in range, as its literal text. Canonical text never has one.
    case number(String)
    case bool(Bool)
    case null
}

/// One name and value of a JSON object.
package struct JSONMember: Hashable, Sendable {
    package var name: String
    package var value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension JSONValue {
    /// The value of an object's member, or nil if this is not an object or has no such member.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        // By bytes: for Swift a Kelvin sign equals the letter K.
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The value below a path of member names such as `written.index`.
    package subscript(path names: String...) -> JSONValue? {
        names.reduce(self) { value, name in value?[name] }
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let items) = self { items } else { nil }
    }

    package var members: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// Largest magnitude that survives a reader with IEEE doubles (RFC 8259 §6).
    package static let largestInteger: Int64 = (1 << 53) - 1
}
