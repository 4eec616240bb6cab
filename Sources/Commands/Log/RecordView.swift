// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle
import Messages
import Server

/// A record with all its members, one on a line.
enum RecordView {
    /// - Parameters:
    ///   - values: the record's opened values, shown below its members.
    ///   - unseen: what became of those that are not.
    static func facts(
        _ index: LeafIndex, _ leaf: [UInt8], _ values: RecordValues,
        _ unseen: [(SafeText, SafeText)]
    ) -> Table {
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
        return Table(facts: facts + unseen)
    }

    /// Why values that a record commits to are not shown: erased, when and by which record; sealed; or lost.
    ///
    /// - Parameter isOpen: whether this reader may see values.
    static func unseen(
        _ index: LeafIndex, _ leaf: [UInt8], in snapshot: LogSnapshot, isOpen: Bool
    ) throws(CommandFailure) -> [(SafeText, SafeText)] {
        guard
            case .success(let record) = Result(catching: { () throws(RecordFault) in
                try Record(leaf: leaf)
            })
        else { return [] }
        do throws(LogReadFailure) {
            let states = try snapshot.disclosures(of: record, at: index)
                .sorted { $0.key.rawValue < $1.key.rawValue }
            var lines: [(SafeText, SafeText)] = []
            for (group, state) in states {
                let text: SafeText? =
                    switch state {
                    case .matching: isOpen ? nil : "sealed: not opened for this reading"
                    case .withheld: "sealed: its keys are not here, or not for this user"
                    case .erased(let place): try erased(by: place, in: snapshot)
                    case .missing:
                        ("missing, and no record says why; see `countersign verify`" as SafeText)
                            .toned(.bad)
                    case .mismatching:
                        ("not what the record commits to; see `countersign verify`" as SafeText)
                            .toned(.bad)
                    }
                if let text { lines.append(("\(group.rawValue)", text)) }
            }
            return lines
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func erased(
        by place: LeafIndex?, in snapshot: LogSnapshot
    ) throws(LogReadFailure) -> SafeText {
        guard let place else {
            return ("erased, and no record says so; see `countersign verify`" as SafeText)
                .toned(.bad)
        }
        let leaf = try snapshot.leaf(at: place)
        guard
            case .success(let record) = Result(catching: { () throws(RecordFault) in
                try Record(leaf: leaf)
            })
        else { return "erased by record \(place.value)" }
        return
            "erased on \(record.time?.rfc3339 ?? "an unknown day") by record \(place.value) (\(record.action ?? "?"))"
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
