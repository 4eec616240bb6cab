// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding
package import Disclosures
package import LogReading
package import Merkle
internal import Messages

/// A form in which other programs read records. Nothing is proven by any of them.
package enum DerivedForm: String, CaseIterable, Sendable {
    case native = "ndjson"
    case sheet = "csv"
    case ocsf
    case cef

    /// What a file begins with.
    package func beginning(isMarked: Bool) -> [UInt8] {
        guard self == .sheet else { return [] }
        return (isMarked ? CommaSeparated.mark : []) + CommaSeparated.line(RecordSheet.headings)
    }

    /// One record, with its line end.
    ///
    /// - Parameter groups: what is disclosed of it.
    package func line(
        _ record: Record, at index: LeafIndex, _ groups: [CommitGroup: OpenedGroup]
    ) -> [UInt8] {
        switch self {
        case .sheet: CommaSeparated.line(RecordSheet.cells(record, at: index, groups))
        case .cef: CEFEvent.line(record, at: index, groups)
        case .ocsf: CanonicalJSON.encode(OCSFEvent.value(record, at: index, groups)) + [0x0A]
        case .native: CanonicalJSON.encode(Self.native(record, at: index, groups)) + [0x0A]
        }
    }

    private static func native(
        _ record: Record, at index: LeafIndex, _ groups: [CommitGroup: OpenedGroup]
    ) -> JSONValue {
        .object(
            [
                JSONMember("index", .integer(Int64(clamping: index.value))),
                JSONMember("record", record.value),
            ] + (values(groups).map { [JSONMember("values", $0)] } ?? []))
    }

    private static func values(_ groups: [CommitGroup: OpenedGroup]) -> JSONValue? {
        let members = groups.values.flatMap { group -> [JSONMember] in
            guard case .opened(let object) = group else { return [] }
            return object.members ?? []
        }
        return members.isEmpty ? nil : .object(members.sorted { $0.name < $1.name })
    }
}
