// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import Disclosures

extension QueryFieldRow {
    /// The row of a field.
    package static func of(_ name: QueryField.Name) -> QueryFieldRow { all[name] ?? made(name) }

    /// Made once: every term asks for its row at every record.
    private static let all: [QueryField.Name: QueryFieldRow] = Dictionary(
        uniqueKeysWithValues: QueryField.Name.allCases.map { ($0, made($0)) })

    private static func made(_ name: QueryField.Name) -> QueryFieldRow {
        let text = name.rawValue
        return switch name {
        case .action:
            names(
                text, "event.action", known: EventAction.allCases.map(\.rawValue),
                example: "action:log.query", "What was done.")
        case .actor: actor
        case .auth:
            QueryFieldRow(
                text, also: ["actor.auth.method"],
                .name(known: Authentication.Method.allCases.map(\.rawValue)),
                in: .newest([
                    Member("actor.auth.method", .letters),
                    Member("actor.claimed.method", .letters),
                ]), example: "auth:mtls",
                "How the caller identified themselves, also where that was refused.")
        case .category:
            names(
                text, "event.category", known: EventCategory.allCases.map(\.rawValue),
                example: "category:audit", "What area the event belongs to.")
        case .class:
            QueryFieldRow(
                text, also: ["event.class"], .number(0...999_999),
                in: .newest([Member("event.class")]), example: "class:6005", "The OCSF class.")
        case .created:
            QueryFieldRow(
                text, also: ["time"], .moment, in: .accepted,
                example: "created:2026-11-01..2026-11-30",
                "When the access was accepted; a day is all of it.")
        case .decision:
            names(
                text, "decision.effect", also: ["effect"],
                known: Decision.Effect.allCases.map(\.rawValue), example: "decision:deny",
                "How the access was decided.")
        case .dur:
            QueryFieldRow(
                text, also: ["duration"], .duration, in: .newest([Member("duration_us")]),
                example: "dur:>500ms", "How long the access took, up to its last byte.")
        case .erased:
            QueryFieldRow(
                text, .choice(CommitGroup.allCases.map(\.rawValue)), in: .erasures,
                example: "erased:who", "Groups of personal values that were erased.")
        case .has:
            QueryFieldRow(
                text, .choice(CommitGroup.allCases.map(\.rawValue)), in: .groups,
                example: "has:who",
                "Groups of personal values that the records commit to; with a field, whether there is any value of it."
            )
        case .index:
            QueryFieldRow(
                text, also: ["written.index"], .number(0...largest),
                in: .every([Member("written.index")]), example: "index:1000..2000",
                "The record's place in the log.")
        case .ip:
            QueryFieldRow(
                text, also: ["src.ip"], .address, in: .newest([]),
                personal: Personal(
                    group: .where, names: ["src.ip", "src.peer_ip"], likeness: .bytes),
                example: "ip:10.0.0.0/8",
                "Address of the client and of the connection, or a network of it.")
        case .log:
            exact(text, "written.origin", example: "log:audit.example.com/prod", "The log's name.")
        case .method:
            QueryFieldRow(
                text, also: ["http.method"], .name(known: Method.proxied.map(\.token)),
                in: .newest([
                    Member("http.method", .letters),
                    Member("http.method_original", .letters),
                ]), example: "method:DELETE", "The method of HTTP.")
        case .outcome:
            names(
                text, "event.outcome", known: EventOutcome.allCases.map(\.rawValue),
                example: "outcome:failure", "Whether it succeeded.")
        case .path:
            QueryFieldRow(
                text, also: ["http.path"], .exact, in: .newest([]),
                personal: Personal(group: .what, names: ["http.path"], likeness: .path),
                example: "path:/v1/invoices/*",
                "The path that was asked for, in whatever way it was written: with `//`, `%2F`, parameters or a slash at its end."
            )
        case .policy:
            QueryFieldRow(
                text, also: ["decision.policy"], .exact,
                in: .newest([Member("decision.policy"), Member("decision.policy_version")]),
                example: "policy:billing-api", "Whose rules decided, or the digest of all of them.")
        case .producer:
            QueryFieldRow(
                text, also: ["producer.uid"], .exact,
                in: .every([Member("producer.uid"), Member("producer.boot")]),
                example: "producer:proxy-a", "The proxy that wrote the record, or its boot.")
        case .rawpath:
            QueryFieldRow(
                text, .exact, in: .newest([]),
                personal: Personal(
                    group: .what, names: ["http.path_original", "http.path"], likeness: .bytes,
                    isFirstOnly: true),
                example: "rawpath:/v1//invoices",
                "The path just as it was asked for, before dots, needless encodings and the like were taken out of it."
            )
        case .reason:
            QueryFieldRow(
                text, also: ["event.reason"], .name(known: Reason.allCases.map(\.code)),
                in: .first([
                    Member("event.reason", .letters),
                    Member("decision.reason", .letters),
                ]), example: "reason:rate_limited",
                "Why it ended as it did, or else why it was decided so.")
        case .role:
            names(text, "actor.roles", example: "role:auditor", "A role of the caller.")
        case .route:
            names(
                text, "http.route", example: #"route:"/v1/invoices/{id}""#,
                "The template that the path matched.")
        case .rule:
            exact(text, "decision.rule", example: "rule:r-12", "The rule that decided.")
        case .service:
            names(text, "dst.service", example: "service:billing-api", "The service asked for.")
        case .session:
            QueryFieldRow(
                text, also: ["actor.session"], .exact,
                in: .newest([Member("actor.session"), Member("session.uid")]),
                example: "session:ses_51f0c2", "The caller's session, or that of the protocol.")
        case .size:
            QueryFieldRow(
                text, .size,
                in: .newest([Member("http.request_size"), Member("http.response_size")]),
                example: "size:>1mb", "Bytes of content, sent or received.")
        case .stage:
            names(
                text, "stage", also: [], known: RecordStage.allCases.map(\.rawValue),
                example: "stage:unknown", "How far the access had got.")
        case .status:
            QueryFieldRow(
                text, also: ["http.status"], .status, in: .newest([Member("http.status")]),
                example: "status:5xx", "What the client was answered.")
        case .tag:
            names(text, "data_tags", example: "tag:pii", "A tag of the rule.")
        case .trace:
            names(
                text, "trace.trace_id", example: "trace:4bf92f3577b34da6a3ce929d0e0e4736",
                "The trace that the client named.")
        case .uid:
            QueryFieldRow(
                text, .name(known: []), in: .every([Member("uid", .letters)]),
                example: "uid:019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f",
                "The access, as `Countersign-Record` of the answer says.")
        case .zone:
            names(text, "src.zone", example: "zone:office", "The client's named network zone.")
        }
    }

    /// Largest integer of a record.
    private static let largest: Int64 = (1 << 53) - 1

    /// The caller: ids are in the leaf, names are personal.
    private static let actor = QueryFieldRow(
        "actor", also: ["user"], .exact,
        in: .newest(
            [
                "actor.uid", "actor.auth.key", "actor.claimed.uid", "actor.claimed.key",
                "actor.via.uid",
            ].map { Member($0) }),
        personal: Personal(
            group: .who,
            names: [
                "actor.name", "actor.email", "actor.subject", "actor.claimed.name",
                "actor.claimed.subject",
            ], likeness: .letters),
        example: "actor:alice@example.com",
        "The caller, whom they act for, or whom a refused credential names: by name or e-mail in letters of either case, by opaque id, or by the id of a key."
    )

    /// What is looked through for a word without a field.
    static let anyWord = QueryFieldRow(
        "", .name(known: []),
        in: .newest(
            [
                "event.action", "dst.service", "http.route", "actor.uid", "event.reason",
                "decision.reason",
            ].map { Member($0, .letters) }),
        example: "invoices",
        "A word without a field is a part of action, service, route, reason or opaque id.")

    static func label(_ name: String) -> QueryFieldRow {
        QueryFieldRow(
            QueryField.labelPrefix + name, .name(known: []),
            in: .newest([Member("labels.\(name)", .letters)]), example: "label.team:billing",
            "An operator's own label of that name.")
    }

    /// The row of names of things in one member.
    private static func names(
        _ name: String, _ member: String, also aliases: [String]? = nil, known: [String] = [],
        example: String, _ meaning: String
    ) -> QueryFieldRow {
        QueryFieldRow(
            name, also: (aliases ?? []) + (member == name ? [] : [member]), .name(known: known),
            in: .newest([Member(member, .letters)]), example: example, meaning)
    }

    /// The row of exact texts in one member.
    private static func exact(
        _ name: String, _ member: String, example: String, _ meaning: String
    ) -> QueryFieldRow {
        QueryFieldRow(
            name, also: [member], .exact, in: .newest([Member(member)]), example: example, meaning)
    }
}
