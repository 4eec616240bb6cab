// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Verification

extension AuditorSchema {
    /// A checkpoint, as it claims to be and as it was signed.
    fileprivate static let checkpoint: [Member] = {
        let signers = AuditorSchema.list(
            .object([Member("name", .text), Member("key_id", .text)]))
        return [
            Member("size", .count), Member("root", .base64), Member("origin", .text),
            Member("signatures", signers), Member("cosignatures", signers),
            Member("note", .text),
        ]
    }()

    fileprivate static let gap = [
        Member("first_seq", .count), Member("last_seq", .count), Member("count", .count),
        Member("reason", .optional(.text)), Member("admitted", .bool), Member("index", .count),
    ]

    private static let check = AuditorSchema.object([
        Member("began", .moment), Member("milliseconds", .count), Member("size", .count),
        Member("root", .optional(.base64)), Member("verdict", verdict),
        Member("integrity", .text), Member("completeness", .text), Member("missing", .count),
        Member("checkpoints", .count),
        Member(
            "findings",
            .list(
                .object([
                    Member("code", .text), Member("concern", .text), Member("text", .text),
                ]))),
    ])

    private static let verdict = AuditorSchema.words(
        VerificationVerdict.allCases.map(\.rawValue))

    private static let standingCheck = AuditorSchema.object([
        Member("last", .optional(check)), Member("unchecked", .count),
        Member("age_seconds", .optional(.count)),
        Member(
            "running",
            .object([
                Member("began", .moment), Member("position", .count), Member("size", .count),
            ]), isOptional: true),
        Member("next_seconds", .optional(.count)), Member("cause", .optional(.text)),
    ])

    private static let clock = AuditorSchema.object([
        Member("source", .text), Member("synchronised", .bool),
        Member("offset_us", .optional(.number)), Member("error_us", .optional(.number)),
    ])

    fileprivate static let integrity = AuditorSchema.object([
        Member("origin", .text), Member("integrity", .text), Member("completeness", .text),
        Member("since", .text), Member("verdict", .optional(verdict)),
        Member("missing", .optional(.count)), Member("check", standingCheck),
        Member("size", .count),
        Member(
            "checkpoint",
            .optional(
                .object(
                    checkpoint + [
                        Member("age_seconds", .optional(.count)),
                        Member("published_size", .count),
                    ]))),
        Member("keys", .list(.object([Member("vkey", .text), Member("key_id", .text)]))),
        Member("gaps", .list(.object([Member("boot", .uid)] + gap))),
        Member(
            "unsettled",
            .list(
                .object([
                    Member("boot", .uid), Member("last_index", .count),
                    Member("last_seq", .count), Member("producer", .text),
                ]))),
        Member("unrecorded", .count), Member("lost", .count), Member("holds", .count),
        Member("requests", .count), Member("clock", clock), Member("durability", .text),
        Member(
            "oldest",
            .optional(
                .object([Member("index", .count), Member("time", .optional(.moment))]))),
        Member("segments_away", .count), Member("catalogued", .count),
        Member("obstacle", .optional(.text)), Member("recorded", .uid),
    ])
}

extension ProofEndpoints {
    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "RecordProof",
            .object([
                .init("index", .count), .init("leaf", .base64), .init("leaf_hash", .base64),
                .init("siblings", .list(.base64)),
                .init("checkpoint", .object(AuditorSchema.checkpoint)), .init("proof", .text),
            ])
        )
    ]
}

extension IntegrityEndpoints {
    static let schemas: [(name: String, schema: AuditorSchema)] = [
        ("Integrity", AuditorSchema.integrity)
    ]
}

extension ProducerEndpoints {
    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "ProducerList",
            .object([
                .init(
                    "rows",
                    .list(
                        .object([
                            .init("producer", .text), .init("boot", .uid),
                            .init("version", .optional(.text)),
                            .init("state", .words(["running", "stopped", "cut_off"])),
                            .init("first_seq", .count), .init("last_seq", .count),
                            .init("first_index", .count), .init("last_index", .count),
                            .init("records", .count), .init("missing", .count),
                            .init("unrecorded", .count),
                            .init("durability", .words(["synced", "written"])),
                            .init("gaps", .list(.object(AuditorSchema.gap))),
                        ]))), .init("checked_to", .optional(.count)),
                .init("complete_to", .count), .init("running", .uid), .init("note", .text),
                .init("recorded", .uid),
            ])
        )
    ]
}

extension CheckpointEndpoints {
    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "CheckpointPage",
            .object([
                .init(
                    "rows",
                    .list(
                        .either([
                            .object([.init("position", .count)] + AuditorSchema.checkpoint),
                            // One that cannot be read.
                            .object([
                                .init("position", .count), .init("size", .optional(.count)),
                            ]),
                        ]))), .init("more", .bool), .init("total", .count),
                .init("next", .count, isOptional: true),
                .init("newest", .optional(.object(AuditorSchema.checkpoint))),
                .init("recorded", .uid),
            ])
        ),
        (
            "ConsistencyProof",
            .object([
                .init("from", .count), .init("to", .count), .init("from_root", .base64),
                .init("to_root", .base64), .init("path", .list(.base64)),
                .init("recorded", .uid),
            ])
        ),
    ]
}

extension AuditEndpoints {
    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "ReadingPage",
            .object(
                AuditorSchema.asked + [
                    .init("unit", .words(["record"])),
                    .init("order", .words(["newest", "oldest"])),
                    .init(
                        "rows",
                        .list(
                            .object(
                                [.init("index", .count)]
                                    + AuditEndpoints.members.map {
                                        .init($0.name, .optional($0.schema), isOptional: true)
                                    } + [.init("purpose_sealed", .bool, isOptional: true)]))),
                    .init("more", .bool),
                    .init("next", .text, isOptional: true), .init("cut_short", .bool),
                ] + AuditorSchema.standing)
        )
    ]
}
