// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures

extension PrivacyStanding.Request {
    var json: JSONValue {
        .object(
            [
                JSONMember("uid", .string(uid.text)), JSONMember("wants", .string(wish.rawValue)),
                JSONMember("hold", about.map { .string($0.text) } ?? .null),
            ] + scope.members + [
                JSONMember("reference", reference.map { .string($0.text) } ?? .null),
                JSONMember("basis", basis.map { .string($0.rawValue) } ?? .null),
                JSONMember("time", .string(time.rfc3339)),
                JSONMember("requester", .string(requester)),
                JSONMember("approvers", .array(approvers.map { .string($0) })),
            ])
    }
}

extension PrivacyStanding.Hold {
    var json: JSONValue {
        .object(
            [JSONMember("uid", .string(uid.text))] + scope.members + [
                JSONMember("everything", .bool(scope.isEmpty)),
                JSONMember("reference", reference.map { .string($0.text) } ?? .null),
            ])
    }
}

extension PrivacyScope {
    fileprivate var members: [JSONMember] {
        [
            JSONMember("subjects", .array(subjects.map { .string($0.text) })),
            JSONMember("months", .array(periods.map { .string($0.text) })),
        ]
    }
}

extension PrivacyEndpoints {
    private static let scope: [AuditorSchema.Member] = [
        .init("subjects", .list(.text)), .init("months", .list(.text)),
    ]

    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "PrivacyStanding",
            .object([
                .init(
                    "requests",
                    .list(
                        .object(
                            [
                                .init("uid", .uid),
                                .init("wants", .words(PrivacyFacts.Wish.allCases.map(\.rawValue))),
                                .init("hold", .optional(.uid)),
                            ] + scope + [
                                .init("reference", .optional(.text)),
                                .init("basis", .optional(.text)), .init("time", .moment),
                                .init("requester", .text), .init("approvers", .list(.text)),
                            ]))),
                .init(
                    "holds",
                    .list(
                        .object(
                            [.init("uid", .uid)] + scope + [
                                .init("everything", .bool),
                                .init("reference", .optional(.text)),
                            ]))), .init("recorded", .uid),
            ])
        ),
        (
            "PersonList",
            .object(
                [
                    .init(
                        "rows",
                        .list(
                            .object([
                                .init("subject", .text),
                                .init(
                                    "state", .words(PrivacyStanding.State.allCases.map(\.rawValue))),
                                .init("records", .count),
                            ]))), .init("relation", .text), .init("hash", .hash),
                ] + AuditorSchema.standing)
        ),
        (
            "PrivacyRequest",
            .object([
                .init("uid", .uid), .init("same", .list(.uid)),
                .init("records", .count, isOptional: true),
                .init("values", .count, isOptional: true),
                .init("groups", .open, isOptional: true),
                .init("months", .list(.text), isOptional: true),
                .init("first", .moment, isOptional: true), .init("last", .moment, isOptional: true),
            ])
        ),
        (
            "PrivacyStep",
            .object([.init("recorded", .uid), .init("obstacle", .optional(.text))])
        ),
        ("PrivacyHold", .object([.init("uid", .uid)])),
    ]
}
