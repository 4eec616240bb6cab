// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages

extension Form where Value == String {
    /// Text of 1 to `most` bytes without control characters.
    static func text(_ wanted: String, most: Int = 256) -> Form {
        .scalar(wanted, write: { .string($0) }) { text throws(Complaint) in
            guard !text.isEmpty else { throw Complaint("empty; expected \(wanted)") }
            guard text.utf8.count <= most else { throw Complaint("longer than \(most) bytes") }
            guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
                throw Complaint("holds a control character")
            }
            return text
        }
    }

    /// A name that is quoted in records and tables: 1 to 64 letters, digits and `. _ -`.
    static let name = Form.scalar("a name", write: { .string($0) }) { text throws(Complaint) in
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || "._-".utf8.contains(byte)
        }
        guard (1...64).contains(text.utf8.count), isPlain else {
            throw Complaint("a name is 1 to 64 letters, digits, dots, hyphens and underscores")
        }
        return text
    }
}

extension Form where Value == Bool {
    static let flag = Form.scalar(
        "true or false", schema: [JSONMember("type", .string("boolean"))], write: { .bool($0) }
    ) { text throws(Complaint) in
        switch text {
        case "true": true
        case "false": false
        default: throw Complaint("expected true or false, found `\(text)`")
        }
    }
}

extension Form where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Form {
        let schema = [
            JSONMember("type", .string("integer")),
            JSONMember("minimum", .integer(Int64(range.lowerBound))),
            JSONMember("maximum", .integer(Int64(range.upperBound))),
        ]
        let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return .scalar(wanted, schema: schema, write: { .integer(Int64($0)) }) {
            text throws(Complaint) in
            guard let number = try WholeNumber.read(text), range.contains(number) else {
                throw Complaint("expected \(wanted), found `\(text)`")
            }
            return number
        }
    }

    /// A number of which zero stands for no limit.
    static func limit(_ range: ClosedRange<Int>) -> Form {
        let numbers = Form.integer(range)
        return Form(
            read: { place, reading in numbers.read(place, reading).map { $0 == 0 ? .max : $0 } },
            write: { numbers.write($0 == .max ? 0 : $0) }, schema: numbers.schema)
    }
}

extension Form where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of an enumeration's names; `elsewhere` are those that only later versions have.
    static func choice(notAvailable elsewhere: [String] = []) -> Form {
        let names = Value.allCases.map(\.rawValue)
        let wanted = Names.either(names)
        let schema = [
            JSONMember("type", .string("string")),
            JSONMember("enum", .array(names.map { .string($0) })),
        ]
        return .scalar(wanted, schema: schema, write: { .string($0.rawValue) }) {
            text throws(Complaint) in
            if let value = Value(rawValue: text) { return value }
            guard !elsewhere.contains(text) else {
                throw Complaint("`\(text)` is not available in this version; use \(wanted)")
            }
            throw Complaint(
                "expected \(wanted), found `\(text)`" + NearestName.hint(text, among: names))
        }
    }
}

/// Words for messages.
enum Names {
    /// `a`, `a or b`, `a, b or c`.
    static func either(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}
