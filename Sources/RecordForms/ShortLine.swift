// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding
package import Disclosures
package import LogReading
package import Merkle

extension DerivedForm {
    /// One record within a number of bytes, the line end included, for receivers that take no longer ones.
    ///
    /// Where it would be longer, whole members are left out, the longest first, and named by `truncated`; what says which
    /// record it is and how it ended stays.
    package func line(
        _ record: Record, at index: LeafIndex, _ groups: [CommitGroup: OpenedGroup], most: Int
    ) -> [UInt8] {
        let whole = line(record, at: index, groups)
        guard whole.count > most else { return whole }
        switch self {
        case .sheet: return whole
        case .cef: return Self.shortened(whole, to: most)
        case .native:
            var value = record.value
            var truncated: [String] = []
            while true {
                let line =
                    CanonicalJSON.encode(
                        .object([
                            JSONMember("index", .integer(Int64(clamping: index.value))),
                            JSONMember("record", value),
                            JSONMember("truncated", .array(truncated.map { .string($0) })),
                        ])) + [0x0A]
                guard line.count > most,
                    let name = value.removeLongest(
                        besides: ["event", "schema", "stage", "time", "uid", "written"])
                else { return line }
                truncated.append(name)
            }
        case .ocsf:
            var value = OCSFEvent.value(record, at: index, groups)
            var truncated: [String] = []
            while true {
                let event = value.marked(truncated: truncated)
                let line = CanonicalJSON.encode(event) + [0x0A]
                guard line.count > most, let name = value.removeLongest(besides: OCSFEvent.kept)
                else { return line }
                truncated.append(name)
            }
        }
    }

    /// A line of CEF without its last extensions; `externalId`, which is the first, stays.
    private static func shortened(_ line: [UInt8], to most: Int) -> [UInt8] {
        let mark = Array(" cs3Label=truncated cs3=yes\n".utf8)
        // A border is a space before a name and `=`: within a value, `=` has a backslash before it.
        let borders = line.indices.filter { place in
            guard line[place] == 0x20 else { return false }
            let name = line[(place + 1)...].prefix { $0.isLetterOrDigit }
            return !name.isEmpty && name.endIndex < line.count && line[name.endIndex] == 0x3D
        }
        let fitting = borders.last { $0 + mark.count <= most } ?? borders.first
        return Array(line[..<(fitting ?? line.count - 1)]) + mark
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self)
            || (0x61...0x7A).contains(self)
    }
}

extension JSONValue {
    /// Takes the member away that is the longest.
    ///
    /// - Parameter kept: members that stay.
    /// - Returns: its name; nil where there is none left.
    fileprivate mutating func removeLongest(besides kept: Set<String>) -> String? {
        guard let members else { return nil }
        let longest = members.filter { !kept.contains($0.name) }
            .max { CanonicalJSON.encode($0.value).count < CanonicalJSON.encode($1.value).count }
        guard let longest else { return nil }
        self = .object(members.filter { $0.name != longest.name })
        return longest.name
    }

    /// An event of OCSF that says what is missing from it.
    fileprivate func marked(truncated: [String]) -> JSONValue {
        var members = (members ?? []).filter { $0.name != "unmapped" }
        let index = self[path: "unmapped", "countersign", "index"]
        let notes =
            (index.map { [JSONMember("index", $0)] } ?? []) + [
                JSONMember("truncated", .array(truncated.map { .string($0) }))
            ]
        members.append(
            JSONMember("unmapped", .object([JSONMember("countersign", .object(notes))])))
        return .object(members.sorted { $0.name < $1.name })
    }
}
