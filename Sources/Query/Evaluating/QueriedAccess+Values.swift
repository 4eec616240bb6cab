// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
package import ByteCoding
import Disclosures

extension QueriedAccess {
    /// All values of a field as texts, as far as they are known: to find what was probably meant.
    package func texts(of field: QueryField) -> [String] {
        var seen: Set<String> = []
        let groups = sources(of: field) + [personalValues(of: field)]
        return texts(groups.flatMap(\.self), field).filter { seen.insert($0).inserted }
    }

    /// When the access was accepted, as its records say.
    package var accepted: UTCInstant? { acceptedAt.map { UTCInstant(microseconds: $0) } }

    /// Who did it, by the opaque id; nil of those who did not show who they are, whoever they claimed to be.
    package var actorID: String? {
        parts.lazy.compactMap { $0.record.value[path: "actor", "uid"]?.string }.first
    }

    package var uid: UniqueID? { parts.first?.record.uid }

    /// The id of the key or certificate that they showed.
    package var keyID: String? {
        parts.lazy.compactMap { $0.record.value[path: "actor", "auth", "key"]?.string }.first
    }

    /// Where its first record stands in the log, as that says.
    package var firstIndex: UInt64? {
        parts.last?.record.value[path: "written", "index"]?.integer.flatMap { UInt64(exactly: $0) }
    }

    /// What an access is counted under by a field.
    package enum Facet: Hashable, Sendable {
        case value(String)
        /// The access has no value of the field.
        case none
        case withheld
        case erased
    }

    /// The values of the first member that has any, so that an access counts once but for fields with several values,
    /// such as roles. An actor is its opaque id.
    package func facets(of field: QueryField) -> [Facet] {
        if let found = sources(of: field).first(where: { !$0.isEmpty }) {
            return texts(found, field).map { .value($0) }
        }
        guard let personal = field.row.personal else { return [.none] }
        switch groups[personal.group] {
        case .withheld: return [.withheld]
        case .erased: return [.erased]
        case .opened, nil:
            let texts = texts(Array(personalValues(of: field).prefix(1)), field)
            // Values that one term finds count as one.
            return texts.isEmpty ? [.none] : texts.map { .value(field.alike($0)) }
        }
    }

    /// The values of each member of a field, in the leaf.
    private func sources(of field: QueryField) -> [[JSONValue]] {
        switch field.row.source {
        case .groups: [groups.keys.map { .string($0.rawValue) }]
        case .erasures: [groups.filter { $0.value == .erased }.map { .string($0.key.rawValue) }]
        case .accepted: [acceptedAt.map { [.integer($0)] } ?? []]
        case .newest(let members):
            members.map { parts.first?.record.values(at: $0) ?? [] }
        case .first(let members):
            [
                members.lazy.compactMap { parts.first?.record.values(at: $0) }
                    .first { !$0.isEmpty } ?? []
            ]
        case .every(let members):
            members.map { member in parts.flatMap { $0.record.values(at: member) } }
        }
    }

    /// The values of a field that were opened.
    private func personalValues(of field: QueryField) -> [JSONValue] {
        guard let personal = field.row.personal, case .opened(let object) = groups[personal.group]
        else { return [] }
        return personal.values(in: object).flatMap(\.items)
    }

    private func texts(_ values: [JSONValue], _ field: QueryField) -> [String] {
        values.compactMap { value in
            switch value {
            case .string(let text): text
            case .integer(let number): QueryMeasure.text(of: number, field.row.form)
            case .bool(let flag): "\(flag)"
            case .number, .object, .array, .null: nil
            }
        }
    }
}
