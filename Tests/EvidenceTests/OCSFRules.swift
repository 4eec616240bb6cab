// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// What OCSF 1.8.0 says of the classes and objects that are written, in a table of our own words: names, types,
/// requirements, numbers that are allowed, and of which members one has to be there.
enum OCSFRules {
    /// An attribute: `!` is required, `?` recommended; objects by the name of their table, `[]` for several.
    struct Attribute {
        let name: String
        let type: String
        let isRequired: Bool
        let numbers: Set<Int64>
        let isList: Bool
    }

    /// The attributes of an object, and the groups of which at least one has to be there.
    struct Table {
        let attributes: [String: Attribute]
        let oneOf: [String]
    }

    /// `name:type` with marks, in words; numbers of an enumeration in parentheses.
    private static func table(_ words: String, oneOf: String = "") -> Table {
        var attributes: [String: Attribute] = [:]
        for word in words.split(whereSeparator: \.isWhitespace) {
            let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
            var type = parts[1]
            var numbers: Set<Int64> = []
            if let open = type.firstIndex(of: "(") {
                for item in type[type.index(after: open)...].dropLast().split(separator: ",") {
                    let ends = item.split(separator: "-").compactMap { Int64($0) }
                    numbers.formUnion(ends[0]...ends[ends.count - 1])
                }
                type = String(type[..<open])
            }
            let isList = type.hasSuffix("[]")
            if isList { type.removeLast(2) }
            let mark = parts[0].last
            let name = mark == "!" || mark == "?" ? String(parts[0].dropLast()) : parts[0]
            attributes[name] = Attribute(
                name: name, type: type, isRequired: mark == "!", numbers: numbers, isList: isList)
        }
        return Table(
            attributes: attributes, oneOf: oneOf.split(separator: " ").map(String.init))
    }

    /// What events of all classes have.
    private static let base = """
        category_uid!:int class_uid!:int type_uid!:int time!:time severity_id!:int(0-6,99) \
        severity:text activity_name:text category_name:text class_name:text type_name:text \
        metadata!:metadata message?:text status_id?:int(0-2,99) status?:text status_code?:text \
        status_detail?:text duration:int start_time:time end_time:time count:int \
        timezone_offset?:int raw_data:text raw_data_hash:fingerprint raw_data_size:int \
        unmapped:any
        """

    /// What the profile `security_control` adds.
    private static let control = " action_id?:int(0-4,99) disposition_id?:int(0-27,99) action:text "

    static let classes: [Int64: Table] = [
        6002: table(base + " activity_id!:int(0-8,99) app!:product"),
        6003: table(
            base + control + """
                 activity_id!:int(0-4,99) actor!:actor api!:api src_endpoint!:endpoint \
                dst_endpoint?:endpoint http_request?:http_request http_response?:http_response \
                resources?:resource[]
                """),
        6005: table(
            base + control + """
                 activity_id!:int(0-10,99) actor!:actor src_endpoint!:endpoint \
                dst_endpoint?:endpoint http_request?:http_request http_response?:http_response \
                database?:database type:text type_id?:int(0-3,99) resources:resource[]
                """, oneOf: "database databucket table"),
        6008: table(base + " activity_id!:int(0-2,99)"),
    ]

    private static let objects: [String: Table] = [
        "metadata": table(
            """
            version!:text product!:product uid:text event_code:text log_name?:text \
            log_provider?:text log_version:text logged_time:time original_time?:text \
            sequence:int correlation_uid:text loggers:logger[] labels:text[] profiles:text[] \
            tenant_uid:text
            """),
        "product": table(
            "name?:text uid?:text vendor_name?:text version?:text lang:text feature:any",
            oneOf: "name uid"),
        "logger": table("name?:text uid?:text log_name?:text product?:product", oneOf: "name uid"),
        "fingerprint": table("algorithm:text algorithm_id!:int(0-7,99) value!:text"),
        "actor": table(
            """
            user?:user session:session authorizations:authorization[] app_name:text app_uid:text \
            process?:any idp:any
            """, oneOf: "user session process app_name app_uid"),
        "user": table(
            """
            uid?:text uid_alt:text name?:text email_addr:text full_name:text domain:text \
            type:text type_id?:int(0-4,99) groups:any credential_uid:text
            """, oneOf: "account name uid"),
        "session": table(
            """
            uid?:text uid_alt:text issuer?:text created_time?:time expiration_time:time \
            is_remote?:bool is_mfa:bool is_vpn:bool
            """),
        "authorization": table("decision:text policy:policy", oneOf: "decision policy"),
        "policy": table(
            "name:text uid:text version?:text desc:text group:any is_applied?:bool",
            oneOf: "name uid"),
        "endpoint": table(
            """
            ip?:text port?:int hostname?:text name?:text uid?:text svc_name?:text zone:text \
            domain:text type_id?:int intermediate_ips:text[]
            """, oneOf: "ip uid name hostname svc_name instance_uid interface_uid domain"),
        "http_request": table(
            """
            http_method?:text version?:text url?:url user_agent?:text uid:text body_length:int \
            length:int referrer:text x_forwarded_for:text[]
            """),
        "url": table(
            """
            scheme?:text hostname?:text path?:text query_string?:text port?:int url_string?:text
            """, oneOf: "path url_string"),
        "http_response": table(
            "code!:int latency:int body_length:int length:int message:text status:text"),
        "api": table(
            "operation!:text request?:request response?:response service:service version:text"),
        "request": table("uid!:text flags:text[]"),
        "response": table("code?:int error?:text error_message?:text message?:text"),
        "service": table("name?:text uid?:text version:text", oneOf: "name uid"),
        "resource": table(
            "name?:text uid?:text type:text role_id:int(0-4,99) version:text", oneOf: "name uid"),
        "database": table(
            "name?:text uid?:text type:text type_id!:int(0-6,99)", oneOf: "name uid"),
    ]

    /// What is wrong with an event, as paths with a word; none if nothing is.
    static func faults(of event: JSONValue) -> [String] {
        guard let number = event["class_uid"]?.integer, let table = classes[number] else {
            return ["class_uid: none that is known"]
        }
        var faults: [String] = []
        check(event, table, "", &faults)
        let activity = event["activity_id"]?.integer ?? -1
        if event["type_uid"]?.integer != number * 100 + activity { faults.append("type_uid") }
        if event["category_uid"]?.integer != number / 1000 { faults.append("category_uid") }
        let hasControl =
            event[path: "metadata", "profiles"]?.array?.contains(.string("security_control"))
            ?? false
        for name in ["action_id", "disposition_id"] where (event[name] != nil) != hasControl {
            faults.append("\(name): without its profile, or the profile without it")
        }
        return faults
    }

    private static func check(
        _ value: JSONValue, _ table: Table, _ path: String, _ faults: inout [String]
    ) {
        let members = value.members ?? []
        for member in members {
            guard let attribute = table.attributes[member.name] else {
                faults.append("\(path)\(member.name): no such attribute")
                continue
            }
            check(member.value, attribute, "\(path)\(member.name)", &faults)
        }
        for attribute in table.attributes.values
        where attribute.isRequired && value[attribute.name] == nil {
            faults.append("\(path)\(attribute.name): required")
        }
        if !table.oneOf.isEmpty, table.oneOf.allSatisfy({ value[$0] == nil }) {
            faults.append("\(path): none of \(table.oneOf)")
        }
    }

    private static func check(
        _ value: JSONValue, _ attribute: Attribute, _ path: String, _ faults: inout [String]
    ) {
        if attribute.isList {
            guard let items = value.array, !items.isEmpty else {
                faults.append("\(path): no list of anything")
                return
            }
            for item in items { check(item, attribute.type, attribute.numbers, path, &faults) }
        } else {
            check(value, attribute.type, attribute.numbers, path, &faults)
        }
    }

    private static func check(
        _ value: JSONValue, _ type: String, _ numbers: Set<Int64>, _ path: String,
        _ faults: inout [String]
    ) {
        switch (type, value) {
        case ("text", .string(let text)):
            if text.isEmpty { faults.append("\(path): empty") }
        case ("bool", .bool): break
        case ("any", .object): break
        case ("time", .integer(let number)):
            if number <= 0 { faults.append("\(path): no time in milliseconds") }
        case ("int", .integer(let number)):
            if !numbers.isEmpty, !numbers.contains(number) {
                faults.append("\(path): \(number) is not among its numbers")
            }
            if number < 0 { faults.append("\(path): negative") }
        default:
            guard let table = objects[type], case .object = value else {
                faults.append("\(path): of another type than \(type)")
                return
            }
            check(value, table, path + ".", &faults)
        }
    }
}
