// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Console
import HTTPTypes

/// The OpenAPI 3.1 document of the API: what is declared, in the words of others' tools.
struct AuditorDocument {
    private let operations: [AuditorOperation]
    private let schemas: [(name: String, schema: AuditorSchema)]

    init(_ operations: [AuditorOperation], schemas: [(name: String, schema: AuditorSchema)]) {
        self.operations = operations
        self.schemas = schemas
    }

    var json: JSONValue {
        .object([
            JSONMember("openapi", .string("3.1.0")),
            JSONMember(
                "info",
                .object([
                    JSONMember("title", .string("Countersign auditor API")),
                    JSONMember("version", .string("1")),
                    JSONMember(
                        "description",
                        .string(
                            "Asks the log of a Countersign proxy. Every reading is a record of it, durable before the answer leaves."
                        )),
                ])),
            JSONMember(
                "servers", .array([.object([JSONMember("url", .string(AuditorAPI.prefix))])])),
            JSONMember(
                "security",
                .array([
                    .object([JSONMember("token", .array([]))]),
                    .object([JSONMember("session", .array([]))]),
                ])),
            JSONMember("paths", paths), JSONMember("components", components),
        ])
    }

    private var components: JSONValue {
        .object([
            JSONMember(
                "schemas", .object(schemas.map { JSONMember($0.name, $0.schema.json) })),
            JSONMember(
                "securitySchemes",
                .object([
                    JSONMember(
                        "token",
                        .object([
                            JSONMember("type", .string("http")),
                            JSONMember("scheme", .string("bearer")),
                        ])),
                    JSONMember(
                        "session",
                        .object([
                            JSONMember("type", .string("apiKey")),
                            JSONMember("in", .string("cookie")),
                            JSONMember("name", .string("countersign-session")),
                        ])),
                ])),
        ])
    }

    private var paths: JSONValue {
        var names: [String] = []
        for operation in operations where !names.contains(operation.path) {
            names.append(operation.path)
        }
        return .object(
            names.map { name in
                JSONMember(
                    name,
                    .object(
                        operations.filter { $0.path == name }.map {
                            JSONMember($0.method.rawValue.lowercased(), $0.document)
                        }))
            })
    }
}

extension AuditorOperation {
    fileprivate var document: JSONValue {
        var members = [
            JSONMember("operationId", .string(identifier)),
            JSONMember("summary", .string(summary)),
            JSONMember("description", .string("Takes the right \(right.rawValue).")),
        ]
        var fields = partNames.map { Self.part($0) }
        if method == .get { fields += parameters.map { $0.document(in: "query") } }
        fields += headers.map { $0.document(in: "header") }
        members.append(JSONMember("parameters", .array(fields)))
        if method == .post {
            members.append(JSONMember("requestBody", body))
        }
        members.append(JSONMember("responses", responses))
        return .object(members)
    }

    /// Such as `get_records_record_leaf`.
    private var identifier: String {
        let words = path.split { "/{}.".contains($0) }
        return ([method.rawValue.lowercased()] + words.map { String($0) }).joined(separator: "_")
    }

    /// Parts of the path that may be anything.
    private var partNames: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }
            .map { String($0.dropFirst().dropLast()) }
    }

    private static func part(_ name: String) -> JSONValue {
        .object([
            JSONMember("name", .string(name)), JSONMember("in", .string("path")),
            JSONMember("required", .bool(true)),
            JSONMember(
                "schema",
                .object([
                    JSONMember("type", .string("string")),
                    JSONMember("pattern", .string("^[A-Za-z0-9_-]{1,64}$")),
                ])),
        ])
    }

    private var body: JSONValue {
        let schema = JSONValue.object([
            JSONMember("type", .string("object")),
            JSONMember(
                "properties",
                .object(parameters.map { JSONMember($0.name, $0.form.document) })),
            JSONMember("additionalProperties", .bool(false)),
        ])
        return .object([
            JSONMember("required", .bool(false)),
            JSONMember(
                "content",
                .object(
                    [String.json, "application/x-www-form-urlencoded"].map {
                        JSONMember($0, .object([JSONMember("schema", schema)]))
                    })),
        ])
    }

    private var responses: JSONValue {
        var byStatus: [Int: [JSONMember]] = [:]
        for answer in answers {
            let schema = answer.schema.map {
                JSONValue.object([JSONMember("schema", AuditorSchema.named($0).json)])
            }
            byStatus[answer.status, default: []] +=
                Self.withoutContent.contains(answer.status)
                ? [] : [JSONMember(answer.type, schema ?? .object([]))]
        }
        var problems: [Int: Set<String>] = [:]
        for (status, code) in Self.anywhere { problems[status, default: []].insert(code) }
        if method == .post {
            for (status, code) in Self.withBody { problems[status, default: []].insert(code) }
        }
        for problem in self.problems {
            problems[problem.status.code, default: []].insert(problem.rawValue)
        }
        var members = byStatus.map { status, contents in
            (
                status,
                JSONValue.object([
                    JSONMember(
                        "description", .string(Self.descriptions[status] ?? "The answer.")),
                    JSONMember("content", .object(contents)),
                ])
            )
        }
        members += problems.map { status, codes in
            (
                status,
                JSONValue.object([
                    JSONMember(
                        "description", .string("One of \(codes.sorted().joined(separator: ", ")).")),
                    JSONMember("content", .object([Self.problem(codes.sorted())])),
                ])
            )
        }
        return .object(
            members.sorted { $0.0 < $1.0 }.map { JSONMember("\($0.0)", $0.1) })
    }

    private static let withoutContent = [204, 304]
    private static let descriptions = [
        201: "It is recorded.", 202: "It is begun.", 204: "It is gone.", 206: "A part.",
        304: "As it was.",
    ]

    private static func problem(_ codes: [String]) -> JSONMember {
        JSONMember(
            .problemJSON,
            .object([
                JSONMember(
                    "schema",
                    .object([
                        JSONMember(
                            "allOf",
                            .array([
                                AuditorSchema.named("Problem").json,
                                .object([
                                    JSONMember(
                                        "properties",
                                        .object([
                                            JSONMember("code", AuditorSchema.words(codes).json)
                                        ]))
                                ]),
                            ]))
                    ]))
            ]))
    }

    /// What may come of any request.
    private static let anywhere = [
        (400, "bad_request"), (400, "unreadable_head"), (400, "unknown_parameter"),
        (400, "bad_parameter"),
        (401, "unauthorized"), (403, "forbidden"), (404, "not_found"),
        (405, "method_not_allowed"), (414, "uri_too_long"), (421, "misdirected_request"),
        (429, "too_many_queries"), (503, "service_unavailable"), (503, "unrecorded"),
    ]
    private static let withBody = [
        (413, "content_too_large"), (415, "unsupported_media_type"),
    ]
}

extension AuditorParameter {
    /// - Parameter place: where it stands in a request.
    fileprivate func document(in place: String) -> JSONValue {
        .object(
            [
                JSONMember("name", .string(name)), JSONMember("in", .string(place)),
                JSONMember("required", .bool(false)), JSONMember("description", .string(meaning)),
                JSONMember("schema", form.document),
            ] + (example.map { [JSONMember("example", value(of: $0))] } ?? []))
    }

    private func value(of example: String) -> JSONValue {
        if case .number = form { return Self.number(example).map { .integer($0) } ?? .null }
        return .string(example)
    }
}

extension AuditorParameter.Form {
    fileprivate var document: JSONValue {
        switch self {
        case .text(let most):
            .object([
                JSONMember("type", .string("string")), JSONMember("minLength", .integer(1)),
                JSONMember("maxLength", .integer(Int64(most))),
            ])
        case .choice(let words): AuditorSchema.words(words).json
        case .choices(let words):
            .object([
                JSONMember("type", .string("string")),
                JSONMember(
                    "pattern",
                    .string(
                        "^(\(words.joined(separator: "|")))(,(\(words.joined(separator: "|"))))*$")),
            ])
        case .number(let range):
            .object([
                JSONMember("type", .string("integer")),
                JSONMember("minimum", .integer(range.lowerBound)),
                JSONMember("maximum", .integer(range.upperBound)),
            ])
        case .length:
            .object([
                JSONMember("type", .string("string")),
                JSONMember("pattern", .string("^(1000000|[1-9][0-9]{0,5})[smhdw]$")),
            ])
        }
    }
}
