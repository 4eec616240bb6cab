// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import LogReading
import Merkle
import Messages
import Server

/// A record with all its members, one on a line.
enum RecordView {
    /// - Parameter values: the record's opened values, shown below its members.
    static func facts(_ index: LeafIndex, _ leaf: [UInt8], _ values: RecordValues) -> Table {
        var facts: [(SafeText, SafeText)] = [
            ("index", "\(index.value)"), ("leaf hash", "\(LeafHash(of: leaf).hash.base64)"),
        ]
        do throws(JSONFault) {
            append(try JSONParser.parse(leaf, as: .canonical, deepest: 6), path: "", to: &facts)
        } catch {
            facts.append(
                ("leaf", ("\(String(decoding: leaf, as: UTF8.self))" as SafeText).toned(.bad)))
        }
        for member in values.members {
            append(member.value, path: member.name, to: &facts)
        }
        return Table(facts: facts)
    }

    private static func append(
        _ value: JSONValue, path: String, to facts: inout [(SafeText, SafeText)]
    ) {
        switch value {
        case .object(let members):
            for member in members {
                append(
                    member.value, path: path.isEmpty ? member.name : path + "." + member.name,
                    to: &facts)
            }
        case .string(let text): facts.append(("\(path)", "\(text)"))
        default:
            var text: [UInt8] = []
            JSONText.append(value, to: &text)
            facts.append(("\(path)", "\(String(decoding: text, as: UTF8.self))"))
        }
    }
}
