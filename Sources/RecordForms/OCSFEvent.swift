// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogReading
internal import Merkle

/// A record as an event of the Open Cybersecurity Schema Framework, version 1.8.0.
enum OCSFEvent {
    private static let version = "1.8.0"

    /// What a shortened event keeps: what its class requires, and where the record is in the log.
    static let kept: Set<String> = [
        "activity_id", "actor", "api", "app", "category_uid", "class_uid", "database", "metadata",
        "severity_id", "src_endpoint", "status_id", "time", "type_id", "type_uid", "unmapped",
    ]

    static func value(
        _ record: Record, at index: LeafIndex, _ groups: [CommitGroup: OpenedGroup]
    ) -> JSONValue {
        let facts = Facts(record, groups)
        let number = record.event("class")?.integer ?? 0
        let activity = record.event("activity")?.integer ?? 0
        var event: [JSONMember] = [
            JSONMember("activity_id", .integer(activity)),
            JSONMember("category_uid", .integer(number / 1000)),
            JSONMember("class_uid", .integer(number)),
            JSONMember("type_uid", .integer(number * 100 + activity)),
            JSONMember("severity_id", .integer(record.event("severity")?.integer ?? 0)),
            JSONMember("status_id", .integer(status(record))),
            JSONMember(
                "time", .integer(floorMilliseconds(record.time?.microseconds ?? 0))),
            JSONMember("metadata", metadata(record)),
            JSONMember("raw_data_hash", rawHash(record)),
        ]
        event.add("message", record.event("message")?.string)
        event.add("status_code", record.status.map { "\($0)" })
        event.add("status_detail", record.reason)
        event.add("duration", record.durationMicroseconds.map { $0 / 1000 })
        if number == 6002 {
            event.append(JSONMember("app", product))
        } else if number != 6008 {
            event.append(JSONMember("actor", actor(record, facts)))
            event.append(JSONMember("src_endpoint", source(record, facts)))
            event.add("dst_endpoint", destination(record))
            event.add("http_request", request(record, facts))
            event.add("http_response", response(record))
            event.add("resources", resources(facts))
        }
        if number == 6003 { event.append(JSONMember("api", api(record))) }
        if number == 6005 { event += database(record) }
        if record.effect != nil, number == 6003 {
            event.append(JSONMember("action_id", .integer(record.effect == .allow ? 1 : 2)))
            event.append(JSONMember("disposition_id", .integer(disposition(record))))
        }
        event.append(JSONMember("unmapped", unmapped(record, at: index)))
        return .object(event.sorted { $0.name < $1.name })
    }

    private static func status(_ record: Record) -> Int64 {
        switch record.outcome {
        case .success: 1
        case .failure: 2
        case .unknown: 0
        case nil: 99
        }
    }

    private static func disposition(_ record: Record) -> Int64 {
        switch record.effect {
        case .allow: 1
        case .deny: 2
        case .challenge: 23
        case .limit: 25
        case .error: 27
        case nil: 99
        }
    }

    private static let product = JSONValue.object([
        JSONMember("name", .string("Countersign")),
        JSONMember("vendor_name", .string("Countersign")),
        JSONMember("version", .string(SoftwareVersion.number)),
    ])

    private static func metadata(_ record: Record) -> JSONValue {
        var members = [JSONMember("product", product), JSONMember("version", .string(version))]
        members.add("uid", record.uid?.text)
        members.add("event_code", record.action)
        members.add("log_name", record.origin)
        members.add("log_version", record.value["schema"]?.string)
        members.add("logged_time", record.logTime.map { floorMilliseconds($0.microseconds) })
        members.add("original_time", record.value["time"]?.string)
        members.add("sequence", record.sequence.map { Int64(clamping: $0) })
        members.add("correlation_uid", record.value[path: "trace", "trace_id"]?.string)
        if let producer = record.producer {
            members.append(
                JSONMember(
                    "loggers", .array([.object([JSONMember("uid", .string(producer))])])))
        }
        if let tags = record.value["data_tags"]?.array, !tags.isEmpty {
            members.append(JSONMember("labels", .array(tags)))
        }
        // These attributes come with their profile.
        if record.effect != nil, record.event("class")?.integer == 6003 {
            members.append(JSONMember("profiles", .array([.string("security_control")])))
        }
        return .object(members.sorted { $0.name < $1.name })
    }

    /// The leaf's own hash, by which the event is found in the log.
    private static func rawHash(_ record: Record) -> JSONValue {
        .object([
            JSONMember("algorithm_id", .integer(3)),
            JSONMember("value", .string(Hex.encode(LeafHash(of: record.leaf).hash.bytes))),
        ])
    }

    private static func actor(_ record: Record, _ facts: Facts) -> JSONValue {
        var user: [JSONMember] = []
        user.add("uid", record.actor)
        user.add("name", facts[.who, "actor.name"])
        user.add("email_addr", facts[.who, "actor.email"])
        // OCSF knows no user without a name or an id.
        if user.isEmpty { user.add("name", "unknown") }
        let type: Int64 =
            switch record.actorKind {
            case .user: 1
            case .system: 3
            case .service: 4
            case .agent, .anonymous, nil: 99
            }
        user.append(JSONMember("type_id", .integer(type)))
        var members = [JSONMember("user", .object(user.sorted { $0.name < $1.name }))]
        var session: [JSONMember] = []
        session.add("uid", record.value[path: "actor", "session"]?.string)
        session.add("issuer", record.value[path: "actor", "issuer"]?.string)
        if let multiFactor = record.value[path: "actor", "auth", "mfa"]?.bool {
            session.append(JSONMember("is_mfa", .bool(multiFactor)))
        }
        if !session.isEmpty {
            members.append(JSONMember("session", .object(session.sorted { $0.name < $1.name })))
        }
        if let version = record.policyVersion {
            var policy = [
                JSONMember("is_applied", .bool(true)), JSONMember("uid", .string(version)),
                JSONMember("version", .string(version)),
            ]
            policy.add("name", record.value[path: "decision", "policy"]?.string)
            var authorization = [
                JSONMember("policy", .object(policy.sorted { $0.name < $1.name }))
            ]
            authorization.add("decision", record.value[path: "decision", "effect"]?.string)
            members.append(
                JSONMember(
                    "authorizations",
                    .array([.object(authorization.sorted { $0.name < $1.name })])))
        }
        return .object(members.sorted { $0.name < $1.name })
    }

    /// Where it came from. An address that is withheld is stood in for by what is known of the source.
    private static func source(_ record: Record, _ facts: Facts) -> JSONValue {
        var members: [JSONMember] = []
        members.add("ip", facts[.where, "src.ip"])
        members.add("port", facts.number(.where, "src.port"))
        members.add("zone", record.value[path: "src", "zone"]?.string)
        if facts[.where, "src.ip"] == nil {
            members.add(
                "uid", record.value[path: "actor", "session"]?.string ?? record.actor ?? "unknown")
        }
        if let forwarded = facts.value(.where, "src.forwarded")?.array, !forwarded.isEmpty {
            members.append(JSONMember("intermediate_ips", .array(forwarded)))
        }
        return .object(members.sorted { $0.name < $1.name })
    }

    private static func destination(_ record: Record) -> JSONValue? {
        var members: [JSONMember] = []
        members.add("svc_name", record.service)
        let address = record.value[path: "dst", "address"]?.string
        members.add(address.flatMap { IPAddress($0) } == nil ? "hostname" : "ip", address)
        members.add("port", record.value[path: "dst", "port"]?.integer)
        // A port alone names no endpoint.
        let isNamed = members.contains { $0.name != "port" }
        return isNamed ? .object(members.sorted { $0.name < $1.name }) : nil
    }

    private static func request(_ record: Record, _ facts: Facts) -> JSONValue? {
        guard record.value["http"] != nil else { return nil }
        var url: [JSONMember] = []
        url.add("scheme", record.value[path: "http", "scheme"]?.string)
        url.add("hostname", record.value[path: "http", "host"]?.string)
        url.add("path", facts[.what, "http.path"] ?? record.route)
        url.add("query_string", facts[.what, "http.query"])
        var members: [JSONMember] = []
        members.add("http_method", record.method)
        members.add("version", record.value[path: "http", "version"]?.string)
        members.add("body_length", record.value[path: "http", "request_size"]?.integer)
        members.add("uid", record.uid?.text)
        members.add("user_agent", facts[.where, "user_agent"])
        if let forwarded = facts.value(.where, "src.forwarded")?.array, !forwarded.isEmpty {
            members.append(JSONMember("x_forwarded_for", .array(forwarded)))
        }
        // A URL without any path is none to OCSF.
        if url.contains(where: { $0.name == "path" }) {
            members.append(JSONMember("url", .object(url.sorted { $0.name < $1.name })))
        }
        return .object(members.sorted { $0.name < $1.name })
    }

    private static func response(_ record: Record) -> JSONValue? {
        guard let status = record.status else { return nil }
        var members = [JSONMember("code", .integer(status))]
        members.add("body_length", record.value[path: "http", "response_size"]?.integer)
        members.add("latency", record.durationMicroseconds.map { $0 / 1000 })
        return .object(members.sorted { $0.name < $1.name })
    }

    private static func api(_ record: Record) -> JSONValue {
        let request = record.method.map { method in
            record.route.map { "\(method) \($0)" } ?? method
        }
        let tool = record.value[path: "mcp", "tool"]?.string.map { "tools/call \($0)" }
        var members = [
            JSONMember("operation", .string(tool ?? request ?? record.action ?? "unknown"))
        ]
        if let service = record.service {
            members.append(
                JSONMember("service", .object([JSONMember("name", .string(service))])))
        }
        if let uid = record.uid?.text {
            members.append(JSONMember("request", .object([JSONMember("uid", .string(uid))])))
        }
        if let status = record.status {
            members.append(
                JSONMember("response", .object([JSONMember("code", .integer(status))])))
        }
        return .object(members.sorted { $0.name < $1.name })
    }

    private static func database(_ record: Record) -> [JSONMember] {
        var database: [JSONMember] = []
        database.add(
            "name", record.value[path: "db", "name"]?.string ?? record.service ?? "unknown")
        database.append(JSONMember("type_id", .integer(1)))
        return [
            JSONMember("database", .object(database)), JSONMember("type_id", .integer(1)),
        ]
    }

    private static func resources(_ facts: Facts) -> JSONValue? {
        guard let items = facts.value(.what, "resources")?.array, !items.isEmpty else { return nil }
        return .array(
            items.map { item in
                var members: [JSONMember] = [JSONMember("role_id", .integer(1))]
                members.add("type", item["type"]?.string)
                members.add("uid", item["uid"]?.string)
                return .object(members.sorted { $0.name < $1.name })
            })
    }

    /// What the schema has no attribute for, under names that are the record's own.
    private static func unmapped(_ record: Record, at index: LeafIndex) -> JSONValue {
        var members = [JSONMember("index", .integer(Int64(clamping: index.value)))]
        for name in [
            "change", "counters", "decision", "erase", "limit", "output", "query", "session",
            "stage",
        ] {
            if let value = record.value[name] { members.append(JSONMember(name, value)) }
        }
        return .object([
            JSONMember("countersign", .object(members.sorted { $0.name < $1.name }))
        ])
    }

    private static func floorMilliseconds(_ microseconds: Int64) -> Int64 {
        microseconds >= 0 ? microseconds / 1000 : -((999 - microseconds) / 1000)
    }

    /// Personal values by group and name.
    private struct Facts {
        private let groups: [CommitGroup: JSONValue]

        init(_ record: Record, _ groups: [CommitGroup: OpenedGroup]) {
            self.groups = groups.compactMapValues { group in
                if case .opened(let object) = group { object } else { nil }
            }
        }

        func value(_ group: CommitGroup, _ name: String) -> JSONValue? { groups[group]?[name] }

        subscript(group: CommitGroup, name: String) -> String? { value(group, name)?.string }

        func number(_ group: CommitGroup, _ name: String) -> Int64? { value(group, name)?.integer }
    }
}

extension [JSONMember] {
    fileprivate mutating func add(_ name: String, _ text: String?) {
        if let text { append(JSONMember(name, .string(text))) }
    }

    fileprivate mutating func add(_ name: String, _ number: Int64?) {
        if let number { append(JSONMember(name, .integer(number))) }
    }

    fileprivate mutating func add(_ name: String, _ value: JSONValue?) {
        if let value { append(JSONMember(name, value)) }
    }
}
