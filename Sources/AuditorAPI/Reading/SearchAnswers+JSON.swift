// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import Query
import Search

extension SearchCount {
    /// Both units at once, and how sure they are.
    var members: [JSONMember] {
        [JSONMember("accesses", .integer(accesses)), JSONMember("records", .integer(records))]
            + undecided.members + [JSONMember("relation", .string(relation.rawValue))]
    }
}

extension SearchUndecided {
    /// How many are neither hit nor miss, and why.
    var members: [JSONMember] {
        [
            JSONMember("undecided", .integer(Int64(total))),
            JSONMember("withheld", .integer(Int64(withheld))),
            JSONMember("erased", .integer(Int64(erased))),
        ]
    }
}

extension SearchReasons {
    /// Why there is nothing: words that no field has, conditions that stand in the way, words that were probably meant, and the times of the log.
    func json(unit: CatalogUnit, _ doubts: [QueryDoubt]) -> JSONValue {
        .object([
            JSONMember(
                "unknown",
                .array(
                    doubts.map { doubt in
                        .object([
                            JSONMember("field", .string(doubt.field)),
                            JSONMember("nearest", doubt.nearest.map { .string($0) } ?? .null),
                        ])
                    })),
            JSONMember(
                "without",
                .array(
                    without.map { condition, count in
                        .object([
                            JSONMember("condition", .string(QueryText.of(condition))),
                            JSONMember(
                                "count",
                                .integer(unit == .access ? count.accesses : count.records)),
                            JSONMember("relation", .string(count.relation.rawValue)),
                        ])
                    })),
            JSONMember(
                "meant",
                .array(
                    meant.map { meant in
                        .object([
                            JSONMember("field", .string(meant.term.field.text)),
                            JSONMember("nearest", .string(meant.nearest)),
                            JSONMember("count", .integer(meant.count)),
                        ])
                    })),
            JSONMember(
                "held",
                held.map { from, to in
                    .object([
                        JSONMember("from", .string(from.rfc3339)),
                        JSONMember("to", .string(to.rfc3339)),
                    ])
                } ?? .null),
        ])
    }
}
