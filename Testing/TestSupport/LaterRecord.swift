// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding
internal import Merkle

/// What a later version may write: unknown words in every open member, and unknown members in every object.
package enum LaterRecord {
    /// A word for an open member: hostile, as all text may be.
    package static func word(_ member: OpenMember) -> String {
        "later \(member.rawValue)\u{1b}[2J\u{202e}"
    }

    /// The leaf as a later version might have written it.
    package static func leaf(_ leaf: [UInt8]) throws -> [UInt8] {
        var value = try Record(leaf: leaf).value
        for member in OpenMember.allCases {
            value = replace(
                member.rawValue.split(separator: ".")[...], in: value, by: word(member))
        }
        return CanonicalJSON.encode(added(to: value, depth: 1))
    }

    private static func replace(
        _ path: ArraySlice<Substring>, in value: JSONValue, by word: String
    ) -> JSONValue {
        guard let name = path.first else { return .string(word) }
        guard var members = value.members else { return value }
        let old = members.first { $0.name == name }?.value ?? .object([])
        members.removeAll { $0.name == name }
        members.append(JSONMember(String(name), replace(path.dropFirst(), in: old, by: word)))
        return .object(members)
    }

    /// The value with new members in each of its objects, none of which sorts last: that is where the ledger writes.
    private static func added(to value: JSONValue, depth: Int) -> JSONValue {
        switch value {
        case .object(let members):
            let text = JSONValue.string("later\u{1b}[2J")
            let deep = JSONValue.object([
                JSONMember("a", .array([.object([JSONMember("b", text)]), .integer(-1)]))
            ])
            let more = members.map { JSONMember($0.name, added(to: $0.value, depth: depth + 1)) }
            // Labels are always texts.
            let isShallow = depth > 3 || members.allSatisfy { $0.value.string != nil }
            return .object(
                more + [
                    JSONMember("a_later", text), JSONMember("v_later", isShallow ? text : deep),
                ])
        case .array(let items):
            return .array(items.map { added(to: $0, depth: depth + 1) })
        default: return value
        }
    }
}

extension BuiltLog {
    /// Adds a draft as a later version might have written it.
    package mutating func append(later draft: RecordDraft, _ sequence: UInt64) throws {
        var leaf: [UInt8] = []
        draft.complete(
            index: nextIndex, encodedOrigin: Array("\"log.example\"".utf8), previous: newestHash,
            time: UTCInstant(microseconds: clock), sequence: sequence, into: &leaf)
        append(leaf: try LaterRecord.leaf(leaf))
    }
}
