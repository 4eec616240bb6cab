// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// JSON for output: members in the order given, numbers and nulls included.
///
/// Unlike the canonical writer, which sorts members and rejects nulls: right for records, wrong for people.
package enum JSONText {
    package static func append(_ value: JSONValue, to text: inout [UInt8]) {
        switch value {
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (position, member) in members.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                CanonicalJSON.append(string: member.name.utf8, to: &text)
                text.append(UInt8(ascii: ":"))
                append(member.value, to: &text)
            }
            text.append(UInt8(ascii: "}"))
        case .array(let items):
            text.append(UInt8(ascii: "["))
            for (position, item) in items.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                append(item, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .string(let string): CanonicalJSON.append(string: string.utf8, to: &text)
        case .integer(let number): text.append(contentsOf: String(number).utf8)
        case .number(let literal): text.append(contentsOf: literal.utf8)
        case .bool(let flag): text.append(contentsOf: (flag ? "true" : "false").utf8)
        case .null: text.append(contentsOf: "null".utf8)
        }
    }
}
