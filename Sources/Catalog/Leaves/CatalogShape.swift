// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures

/// What a shape is about. What is done and who does it vary independently: together, there would be as many shapes as
/// the product.
package enum CatalogAspect: Int64, CaseIterable, Hashable, Sendable {
    /// What was asked and decided.
    case deed = 0
    /// By what kind of caller, and through which proxy.
    case caller = 1
    /// The most asked fields of the deed: a few dozen shapes, counted by quarters of an hour. It follows from the deed,
    /// so rows do not name it.
    case outline = 2

    /// Those that rows name.
    static let ofRows: [CatalogAspect] = [.deed, .caller]

    /// In which times the aspect's shapes are counted, the longest first.
    var spans: [TallySpan] { self == .outline ? [.day, .hour, .quarter] : [.day, .hour] }

    static let outlined: Set<CatalogField> = [
        .category, .decision, .kind, .method, .reason, .service,
    ]
}

/// What many accesses have in common: every fact of a leaf with few values, of one ``CatalogAspect``.
///
/// A log has few shapes, as it has few routes, rules and reasons. A row names its shapes by number, and counts are kept
/// by shape, so that any combination of an aspect's fields is counted and filtered without reading rows.
package struct CatalogShape: Hashable, Sendable {
    /// The values by field; a field without any is absent from the leaf.
    private let values: [CatalogField: [String]]

    /// Reads a key that ``CatalogBatch`` wrote: for each member its number, its JSON text and a zero byte.
    ///
    /// What is not JSON is left out: nothing was claimed about it.
    package init(key: some Sequence<UInt8>) {
        var found: [LeafMember: [String]] = [:]
        for part in Array(key).split(separator: 0) {
            guard let first = part.first, let member = LeafMember(rawValue: Int(first) - 1)
            else { continue }
            do throws(JSONFault) {
                let text = Array(part.dropFirst())
                found[member] = Self.texts(
                    of: try JSONParser.parse(
                        text, as: .strict, deepest: RecordLimits.depth))
            } catch {
                // A leaf that is none of ours; it is still counted, and found by its index.
            }
        }
        var values: [CatalogField: [String]] = [:]
        for (member, texts) in found where !texts.isEmpty {
            guard let field = CatalogField(member) else { continue }
            values[field] = texts
        }
        // Of an access the event's reason, else the decision's: as readers show it.
        if values[.reason] == nil { values[.reason] = found[.decisionReason] }
        if let status = values[.status]?.first, status.utf8.count == 3 {
            values[.statusClass] = [status.prefix(1) + "xx"]
        }
        self.values = values
    }

    /// What is left of a deed in its outline.
    var outline: CatalogShape {
        CatalogShape(values.filter { CatalogAspect.outlined.contains($0.key) })
    }

    private init(_ values: [CatalogField: [String]]) { self.values = values }

    package subscript(_ field: CatalogField) -> [String] { values[field] ?? [] }

    /// The one number of a field that has one.
    package func number(_ field: CatalogField) -> Int64? { self[field].first.flatMap { Int64($0) } }

    /// Whether few accesses are like this: refused, failed, or none of a client's.
    var isRare: Bool {
        self[.decision] != ["allow"] || self[.category] != ["access"]
            || (number(.status) ?? 0) >= 500
    }

    private static func texts(of value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .integer(let number): [String(number)]
        case .bool(let flag): [flag ? "true" : "false"]
        case .array(let items): items.flatMap(texts)
        case .object, .number, .null: []
        }
    }
}

extension CatalogField {
    /// The field that a member of shapes gives; nil for one that has another place.
    init?(_ member: LeafMember) {
        switch member {
        case .method: self = .auth
        case .claimedMethod: self = .claimedAuth
        case .decisionReason: self = .decisionReason
        case .issuer: self = .issuer
        case .roles: self = .role
        case .actorKind: self = .kind
        case .tags: self = .tag
        case .effect: self = .decision
        case .policy: self = .policy
        case .policyVersion: self = .policyVersion
        case .rule: self = .rule
        case .service: self = .service
        case .action: self = .action
        case .category: self = .category
        case .eventClass: self = .eventClass
        case .outcome: self = .outcome
        case .reason: self = .reason
        case .severity: self = .severity
        case .httpMethod: self = .method
        case .route: self = .route
        case .status: self = .status
        case .producer: self = .producer
        case .zone: self = .zone
        case .stage: self = .stage
        default: return nil
        }
    }
}
