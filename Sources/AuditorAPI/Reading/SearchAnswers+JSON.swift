// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import HTTPTypes
import Query
import Search

extension SearchCount {
    /// Both units at once, and how sure they are.
    var json: JSONValue {
        .object([
            JSONMember("accesses", .integer(accesses)), JSONMember("records", .integer(records)),
            JSONMember("undecided", .integer(Int64(undecided.total))),
            JSONMember("withheld", .integer(Int64(undecided.withheld))),
            JSONMember("erased", .integer(Int64(undecided.erased))),
            JSONMember("relation", .string(relation.rawValue)),
        ])
    }
}

extension SearchReasons {
    /// Why there is nothing: conditions that stand in the way, words that were probably meant, and the times of the log.
    func json(unit: CatalogUnit) -> JSONValue {
        .object([
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

extension HTTPField.Name {
    /// The size of the signed log that an answer is complete to.
    static let completeTo = named("Countersign-Complete-To")
    /// How many of these records were read beside the catalog.
    static let catalogLag = named("Countersign-Catalog-Lag")

    private static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("FieldNamesAreTokens: \(text)")
        }
        return name
    }
}
