// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog

/// The reference: all leaves as JSON, looked through one by one.
struct NaiveCatalog {
    struct Leaf {
        var index: UInt64
        /// Index of the first record of the same access.
        var first: UInt64
        var value: JSONValue
        /// Of the access's first record.
        var time: Int64
        var isNewest: Bool
        var values: [CatalogField: [String]] = [:]
    }

    private(set) var leaves: [Leaf] = []

    init(_ leaves: [[UInt8]]) throws {
        var open: [String: Int] = [:]
        for (index, leaf) in leaves.enumerated() {
            let value = try JSONParser.parse(leaf, as: .strict, deepest: 16)
            let time = value["time"]?.string.flatMap { UTCInstant(rfc3339: $0)?.microseconds } ?? 0
            var added = Leaf(
                index: UInt64(index), first: UInt64(index), value: value, time: time,
                isNewest: true)
            if let uid = value["uid"]?.string {
                if let before = open[uid] {
                    self.leaves[before].isNewest = false
                    let own = String(self.leaves[before].index)
                    self.leaves[before].values[.first] = [own]
                    self.leaves[before].values[.last] = []
                    added.first = self.leaves[before].first
                    added.time = self.leaves[before].time
                }
                open[uid] = value["stage"]?.string == "started" ? index : nil
            }
            for field in CatalogField.allCases {
                added.values[field] = Self.values(field, added)
            }
            self.leaves.append(added)
        }
    }

    /// What a query finds, in no particular order.
    func found(_ query: CatalogQuery) -> [Leaf] {
        leaves.filter { leaf in
            (query.unit == .record || leaf.isNewest)
                && query.from.map { $0.microseconds <= leaf.time } ?? true
                && query.until.map { leaf.time < $0.microseconds } ?? true
                && holds(query.filter, leaf)
        }
    }

    /// The same in order, as places in the log.
    func rows(_ query: CatalogQuery, _ order: CatalogOrder) -> [UInt64] {
        let keyed = found(query).map { leaf in
            (
                order.isByTime ? leaf.time : 0,
                order.isByTime && query.unit == .access ? leaf.first : leaf.index, leaf.index
            )
        }
        return keyed.sorted { order.isDescending ? $0 > $1 : $0 < $1 }.map { $0.2 }
    }

    func histogram(
        _ query: CatalogQuery, _ interval: Int64, by field: CatalogField
    ) -> [Int64: [String: Int64]] {
        var bars: [Int64: [String: Int64]] = [:]
        for leaf in found(query) {
            let start = Int64((Double(leaf.time) / Double(interval)).rounded(.down)) * interval
            bars[start, default: [:]][leaf.values[field]?.first ?? "", default: 0] += 1
        }
        return bars
    }

    /// By value; those without any under the empty text.
    func facet(_ query: CatalogQuery, _ field: CatalogField) -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for leaf in found(query) {
            let values = Set(leaf.values[field] ?? [])
            for value in values.isEmpty ? [""] : values { counts[value, default: 0] += 1 }
        }
        return counts
    }

    /// By actor and value, those without one under the empty text: how many, and the first by time.
    func pairs(
        _ query: CatalogQuery, _ field: CatalogField
    ) -> [[String]: (count: Int64, time: Int64, first: UInt64)] {
        var pairs: [[String]: (count: Int64, time: Int64, first: UInt64)] = [:]
        for leaf in found(query) {
            let actor = leaf.values[.actor]?.first ?? ""
            let values = Set(leaf.values[field] ?? [])
            for value in values.isEmpty ? [""] : values {
                let known = pairs[[actor, value]] ?? (0, .max, .max)
                let isEarlier = (leaf.time, leaf.first) < (known.time, known.first)
                pairs[[actor, value]] = (
                    known.count + 1, isEarlier ? leaf.time : known.time,
                    isEarlier ? leaf.first : known.first
                )
            }
        }
        return pairs
    }

    private func holds(_ filter: CatalogFilter, _ leaf: Leaf) -> Bool {
        switch filter {
        case .all: true
        case .not(let filter): !holds(filter, leaf)
        // Here, everything is known.
        case .doubt: false
        case .and(let filters): filters.allSatisfy { holds($0, leaf) }
        case .or(let filters): filters.contains { holds($0, leaf) }
        case .test(let test):
            (leaf.values[test.field] ?? []).contains { Self.fits($0, test, leaf) }
        }
    }

    private static func fits(_ text: String, _ test: CatalogTest, _ leaf: Leaf) -> Bool {
        func same(_ text: String) -> String { test.field.ignoresCase ? text.likeLetters : text }
        switch test.comparison {
        case .part(let part): return same(text).contains(same(part))
        case .pairPrefix, .withheld: return false
        case .exists: return true
        case .equals(let wanted): return same(text) == same(wanted)
        case .oneOf(let list): return list.map(same).contains(same(text))
        case .prefix(let start): return same(text).hasPrefix(same(start))
        case .range(let low, let high):
            guard let number = Int64(text) else { return false }
            return number >= (low ?? .min) && number <= (high ?? .max)
        case .network: return false
        case .pair(let name, let value):
            let found =
                test.field == .label
                ? leaf.value["labels"]?[name]?.string : otherID(name, leaf.value)
            guard let found else { return false }
            return value.map { same($0) == same(found) } ?? true
        }
    }

    private static func otherID(_ name: String, _ value: JSONValue) -> String? {
        switch name {
        case "key": value[path: "actor", "auth", "key"]?.string
        case "session": value[path: "session", "uid"]?.string
        default: value[path: "actor", "claimed", name]?.string
        }
    }

    private static func values(_ field: CatalogField, _ leaf: Leaf) -> [String] {
        let value = leaf.value
        func text(_ found: JSONValue?) -> [String] {
            switch found {
            case .string(let text): [text]
            case .integer(let number): [String(number)]
            case .array(let items): items.flatMap { text($0) }
            case .object(let members): members.map(\.name)
            default: []
            }
        }
        return switch field {
        case .stage: text(value["stage"])
        case .category: text(value[path: "event", "category"])
        case .action: text(value[path: "event", "action"])
        case .eventClass: text(value[path: "event", "class"])
        case .outcome: text(value[path: "event", "outcome"])
        case .severity: text(value[path: "event", "severity"])
        case .reason:
            text(value[path: "event", "reason"] ?? value[path: "decision", "reason"])
        case .kind: text(value[path: "actor", "type"])
        case .auth: text(value[path: "actor", "auth", "method"])
        case .claimedAuth: text(value[path: "actor", "claimed", "method"])
        case .decisionReason: text(value[path: "decision", "reason"])
        case .otherID: ["key", "session", "uid"].filter { otherID($0, value) != nil }
        case .first: [String(leaf.isNewest ? leaf.first : leaf.index)]
        case .last: leaf.isNewest && leaf.first != leaf.index ? [String(leaf.index)] : []
        case .group: (value["commit"]?.members ?? []).map(\.name)
        case .issuer: text(value[path: "actor", "issuer"])
        case .role: text(value[path: "actor", "roles"])
        case .zone: text(value[path: "src", "zone"])
        case .service: text(value[path: "dst", "service"])
        case .method: text(value[path: "http", "method"])
        case .route: text(value[path: "http", "route"])
        case .status: text(value[path: "http", "status"])
        case .statusClass:
            text(value[path: "http", "status"]).filter { $0.count == 3 }.map { "\($0.prefix(1))xx" }
        case .decision: text(value[path: "decision", "effect"])
        case .policy: text(value[path: "decision", "policy"])
        case .policyVersion: text(value[path: "decision", "policy_version"])
        case .rule: text(value[path: "decision", "rule"])
        case .tag: text(value["data_tags"])
        case .producer: text(value[path: "producer", "uid"])
        case .log: ["log.example"]
        case .actor: text(value[path: "actor", "uid"])
        case .session: text(value[path: "actor", "session"])
        case .trace: text(value[path: "trace", "trace_id"])
        case .uid: text(value["uid"])
        case .index: [String(leaf.index)]
        case .time: [String(leaf.time)]
        case .duration: text(value["duration_us"])
        case .requestSize: text(value[path: "http", "request_size"])
        case .responseSize: text(value[path: "http", "response_size"])
        case .label: text(value["labels"])
        case .name, .address, .path, .agent: []
        }
    }
}
