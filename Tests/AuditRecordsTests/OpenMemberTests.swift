// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Testing

@Suite("Members whose words may grow")
struct OpenMemberTests {
    /// The vector's record with a member's value replaced.
    private func leaf(_ member: OpenMember, _ new: JSONValue) throws -> [UInt8] {
        func replace(_ path: ArraySlice<Substring>, in value: JSONValue) -> JSONValue {
            guard let name = path.first else { return new }
            var members = value.members ?? []
            let old = members.first { $0.name == name }?.value ?? .object([])
            members.removeAll { $0.name == name }
            members.append(JSONMember(String(name), replace(path.dropFirst(), in: old)))
            return .object(members)
        }
        let record = try Record(leaf: try Vector().leaf)
        return CanonicalJSON.encode(
            replace(member.rawValue.split(separator: ".")[...], in: record.value))
    }

    @Test("Any word is read as it is", arguments: OpenMember.allCases)
    func anyWord(member: OpenMember) throws {
        for word in ["x", "of_a_later_version", "\u{1b}[2J\u{202e}", "Allow", "complete "] {
            let record = try Record(leaf: try leaf(member, .string(word)))
            #expect(record.faults == [])
            #expect(record.word(member) == word)
            #expect(!member.known.contains(word))
        }
        for word in member.known {
            let record = try Record(leaf: try leaf(member, .string(word)))
            #expect(record.faults == [])
            #expect(record.word(member) == word)
        }
    }

    @Test("What is no word is a fault all the same", arguments: OpenMember.allCases)
    func form(member: OpenMember) throws {
        let long = String(repeating: "w", count: 2049)
        for (value, kind) in [
            (JSONValue.integer(1), RecordFault.Kind.wrongType), (.bool(true), .wrongType),
            (.array([.string("x")]), .wrongType), (.string(""), .emptyString),
            (.string(long), .stringTooLong),
        ] {
            #expect(
                Record.faults(inLeaf: try leaf(member, value))
                    .contains(RecordFault(kind, at: member.rawValue)))
        }
    }

    @Test("Every member's name leaves room behind it for what the ledger writes last")
    func order() {
        for member in RecordSchema.root.members { #expect(member.name <= "written") }
    }
}
