// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Disclosures

extension AuditorSchema {
    /// Forms that several groups of operations use.
    static let common: [(name: String, schema: AuditorSchema)] = [
        ("Problem", problem),
        ("Total", .object(counted)), ("Relation", .words(["exact", "gte", "timed_out"])),
        (
            "Groups",
            .object(
                CommitGroup.allCases.map {
                    Member($0.rawValue, .named("Group"), isOptional: true)
                })
        ),
        (
            "Group",
            .either([
                .words(["withheld", "opened", "unreadable"]),
                .object([
                    Member("erased", .optional(.count)),
                    Member("at", .optional(.moment), isOptional: true),
                ]),
            ])
        ),
    ]

    /// What every problem has; the code is what programs tell it by.
    private static let problem = AuditorSchema.object([
        Member("code", .text), Member("detail", .text), Member("status", .count),
        Member("title", .text), Member("type", .text),
        Member("remedy", .text, isOptional: true),
        Member(
            "position", .object([Member("from", .count), Member("to", .count)]), isOptional: true),
        Member("parameter", .text, isOptional: true), Member("from", .moment, isOptional: true),
        Member("to", .moment, isOptional: true), Member("percent", .count, isOptional: true),
        Member("login", .text, isOptional: true), Member("erased", .count, isOptional: true),
        Member("at", .moment, isOptional: true),
    ])

    /// What an answer says of what was asked.
    package static let asked = [
        Member("query", .text), Member("hash", .hash), Member("zone", .text),
        Member("from", .optional(.moment)), Member("to", .optional(.moment)),
        Member("left_out", .list(.text)), Member("personal", .bool),
    ]

    /// What it says of what it holds for.
    package static let standing = [
        Member("complete_to", .count), Member("catalog_lag", .count), Member("behind", .count),
        Member("recorded", .uid),
    ]

    static let undecided = [
        Member("undecided", .count), Member("withheld", .count), Member("erased", .count),
    ]

    static let counted =
        [Member("accesses", .count), Member("records", .count)] + undecided
        + [Member("relation", .named("Relation"))]

    /// What is said of one leaf.
    static let leaf = [
        Member("index", .count), Member("record", .open, isOptional: true),
        Member("values", .open, isOptional: true),
        Member("groups", .named("Groups"), isOptional: true),
        Member("changed", .bool, isOptional: true),
    ]
}

extension RecordEndpoints {
    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "RecordPage",
            .object(
                AuditorSchema.asked + [
                    .init("unit", .words(["access", "record"])),
                    .init("order", .words(["newest", "oldest"])),
                    .init("rows", .list(.named("Row"))), .init("more", .bool),
                    .init("next", .text, isOptional: true), .init("cut_short", .bool),
                ] + AuditorSchema.undecided + [
                    .init("unread", .count), .init("total", .named("Total"), isOptional: true),
                    .init("still_open", .optional(.count), isOptional: true),
                    .init("reasons", .named("Reasons"), isOptional: true),
                    .init("histogram", .optional(CountEndpoints.histogram), isOptional: true),
                    .init("facets", CountEndpoints.facets, isOptional: true),
                ] + AuditorSchema.standing)
        ),
        (
            "Row",
            .object(
                AuditorSchema.leaf + [
                    .init("uid", .uid, isOptional: true), .init("time", .moment),
                    .init("open", .bool), .init("records", .list(.count)),
                ])
        ),
        (
            "Reasons",
            .object([
                .init(
                    "unknown",
                    .list(
                        .object([
                            .init("field", .text), .init("nearest", .optional(.text)),
                        ]))),
                .init(
                    "without",
                    .list(
                        .object([
                            .init("condition", .text), .init("count", .count),
                            .init("relation", .named("Relation")),
                        ]))),
                .init(
                    "meant",
                    .list(
                        .object([
                            .init("field", .text), .init("nearest", .text), .init("count", .count),
                        ]))),
                .init(
                    "held",
                    .optional(.object([.init("from", .moment), .init("to", .moment)]))),
            ])
        ),
        (
            "RecordDetail",
            .object([
                .init(
                    "records",
                    .list(
                        .object(
                            AuditorSchema.leaf + [
                                .init("leaf", .base64, isOptional: true),
                                .init("leaf_hash", .base64, isOptional: true),
                                .init(
                                    "opened",
                                    .list(
                                        .object([
                                            .init("group", .text), .init("salt", .base64),
                                            .init("value", .base64),
                                        ])), isOptional: true),
                            ]))), .init("complete_to", .count), .init("recorded", .uid),
            ])
        ),
        ("OCSFEvent", .open),
    ]
}

extension CountEndpoints {
    private static let value: [AuditorSchema.Member] = [
        .init("value", .optional(.text), isOptional: true),
        .init("withheld", .bool, isOptional: true), .init("erased", .bool, isOptional: true),
    ]

    private static let rows = AuditorSchema.list(
        .object(
            value + [
                .init("from", .moment, isOptional: true),
                .init("others", .bool, isOptional: true), .init("accesses", .count),
            ]))

    /// Counts by time beside a page.
    static let histogram = AuditorSchema.object([
        .init("from", .moment), .init("to", .moment), .init("every_seconds", .count),
        .init("rows", rows), .init("relation", .named("Relation")),
    ])

    static let facets = AuditorSchema.list(
        .object([
            .init("field", .text), .init("state", .named("Relation")),
            .init("rows", .list(.object(value + [.init("accesses", .count)]))),
            .init("others", .count),
        ]))

    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "Stats",
            .object(
                AuditorSchema.asked + AuditorSchema.counted + [
                    .init("unread", .count), .init("still_open", .optional(.count)),
                    .init("rows", rows, isOptional: true),
                    .init("rows_relation", .named("Relation"), isOptional: true),
                    .init("others", .count, isOptional: true),
                ] + AuditorSchema.standing)
        ),
        (
            "Facets",
            .object(
                AuditorSchema.asked + AuditorSchema.counted + [
                    .init("unread", .count),
                    .init("facets", facets),
                ] + AuditorSchema.standing)
        ),
    ]
}
