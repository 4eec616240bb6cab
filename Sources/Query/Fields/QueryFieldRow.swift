// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Disclosures

/// What is known of one field: reading, evaluation, completion, messages and `Docs/Using/Query.md` follow from it.
package final class QueryFieldRow: Sendable {
    /// What values of the field are.
    package enum Form: Sendable {
        /// Names of things: letters of either case are alike. Words that are known are proposed, others are allowed.
        case name(known: [String])
        /// Ids and other exact texts.
        case exact
        /// One of these and nothing else.
        case choice([String])
        /// Whole numbers.
        case number(ClosedRange<Int64>)
        /// Statuses of HTTP: `404`, `4xx`.
        case status
        /// Bytes: `1mb`.
        case size
        /// Microseconds: `500ms`.
        case duration
        /// Days and moments, in microseconds since 1970.
        case moment
        /// Addresses and networks.
        case address

        /// In a word, for the page of fields.
        package var noun: String {
            switch self {
            case .name: "name"
            case .exact: "text"
            case .choice: "word"
            case .number: "number"
            case .status: "status"
            case .size: "size"
            case .duration: "duration"
            case .moment: "time"
            case .address: "address"
            }
        }

        /// Whether values have an order, so that they can be compared.
        package var isOrdered: Bool {
            switch self {
            case .number, .status, .size, .duration, .moment: true
            case .name, .exact, .choice, .address: false
            }
        }
    }

    /// Members of the record, the leaf itself.
    package struct Member: Hashable, Sendable {
        /// Names from the record down; items of arrays are passed through.
        package let path: [String]
        /// Which texts are alike.
        package let likeness: QueryLikeness

        init(_ path: String, _ likeness: QueryLikeness = .bytes) {
            self.path = path.split(separator: ".").map(String.init)
            self.likeness = likeness
        }
    }

    /// Values that the record only commits to.
    package struct Personal: Hashable, Sendable {
        package let group: CommitGroup
        /// Names of the group's members.
        package let names: [String]
        /// Which texts are alike.
        package let likeness: QueryLikeness
        /// Whether only the first of these members counts that is there.
        var isFirstOnly = false

        /// The values of the members that count.
        func values(in object: JSONValue) -> [JSONValue] {
            let values = names.compactMap { object[$0] }
            return isFirstOnly ? Array(values.prefix(1)) : values
        }
    }

    /// Where a field's values are found.
    package enum Source: Hashable, Sendable {
        /// In any of these members of the newest record of an access.
        case newest([Member])
        /// In the first of these members that is there, of the newest record.
        case first([Member])
        /// In any of these members of any record of an access.
        case every([Member])
        /// The groups that records commit to.
        case groups
        /// The groups whose values were erased.
        case erasures
        /// When the access was accepted: the earliest `time` of its records.
        case accepted
    }

    package let name: String
    package let aliases: [String]
    package let form: Form
    package let source: Source
    package let personal: Personal?
    /// A term as people write it.
    package let example: String
    /// A sentence on what the field holds.
    package let meaning: String

    init(
        _ name: String, also aliases: [String] = [], _ form: Form, in source: Source,
        personal: Personal? = nil, example: String, _ meaning: String
    ) {
        self.name = name
        self.aliases = aliases
        self.form = form
        self.source = source
        self.personal = personal
        self.example = example
        self.meaning = meaning
    }

    /// Words that are proposed for a value.
    package var knownWords: [String] {
        switch form {
        case .name(let known): known
        case .choice(let words): words
        case .exact, .number, .status, .size, .duration, .moment, .address: []
        }
    }
}
