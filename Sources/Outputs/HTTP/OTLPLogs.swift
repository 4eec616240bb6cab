// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Merkle
internal import RecordForms

/// `ExportLogsServiceRequest` in the JSON encoding of OTLP 1.x: ids in hexadecimal, whole numbers of 64 bits as texts,
/// enumerations as numbers, names in lower camel case.
///
/// Keys of attributes are words of this program, never anything from a request.
enum OTLPLogs {
    static func request(_ records: [OutputRecord], _ form: DerivedForm) -> [UInt8] {
        let origin = records.first?.record.origin ?? ""
        let resource: [JSONMember] = [
            attributes([
                ("service.name", .string("countersign")), ("countersign.log", .string(origin)),
            ])
        ]
        let scope: [JSONMember] = [JSONMember("name", .string("countersign"))]
        return CanonicalJSON.encode(
            .object([
                JSONMember(
                    "resourceLogs",
                    .array([
                        .object([
                            JSONMember("resource", .object(resource)),
                            JSONMember(
                                "scopeLogs",
                                .array([
                                    .object([
                                        JSONMember("scope", .object(scope)),
                                        JSONMember(
                                            "logRecords",
                                            .array(records.map { logRecord($0, form) })),
                                    ])
                                ])),
                        ])
                    ]))
            ]))
    }

    private static func logRecord(_ record: OutputRecord, _ form: DerivedForm) -> JSONValue {
        let content = record.record
        let line = String(decoding: record.line(form).dropLast(), as: UTF8.self)
        var members = [JSONMember("body", .object([JSONMember("stringValue", .string(line))]))]
        if let time = content.time { members.append(JSONMember("timeUnixNano", nanoseconds(time))) }
        if let time = content.logTime ?? content.time {
            members.append(JSONMember("observedTimeUnixNano", nanoseconds(time)))
        }
        let severity = severity(content.severity)
        members.append(JSONMember("severityNumber", .integer(severity.number)))
        members.append(JSONMember("severityText", .string(severity.text)))
        if let action = content.action { members.append(JSONMember("eventName", .string(action))) }
        for (name, source, count) in [("traceId", "trace_id", 32), ("spanId", "span_id", 16)] {
            let id = content.value[path: "trace", source]?.string ?? ""
            if id.utf8.count == count, Hex.decode(id) != nil {
                members.append(JSONMember(name, .string(id)))
            }
        }
        var known: [(String, JSONValue)] = [
            ("countersign.index", .integer(Int64(clamping: record.index.value)))
        ]
        for (name, text) in [
            ("log.record.uid", content.uid?.text), ("user.id", content.actor),
            ("countersign.service", content.service), ("http.request.method", content.method),
            ("http.route", content.route), ("countersign.decision", content.effect?.rawValue),
            ("countersign.outcome", content.outcome?.rawValue),
        ] {
            if let text { known.append((name, .string(text))) }
        }
        if let status = content.status {
            known.append(("http.response.status_code", .integer(Int64(status))))
        }
        members.append(attributes(known))
        return .object(members)
    }

    /// `attributes`: a list of pairs, as OTLP has it.
    private static func attributes(_ pairs: [(key: String, value: JSONValue)]) -> JSONMember {
        JSONMember(
            "attributes",
            .array(
                pairs.map { key, value in
                    let any: JSONMember =
                        if case .integer(let number) = value {
                            JSONMember("intValue", .string("\(number)"))
                        } else {
                            JSONMember("stringValue", value)
                        }
                    return .object([
                        JSONMember("key", .string(key)), JSONMember("value", .object([any])),
                    ])
                }))
    }

    private static func nanoseconds(_ time: UTCInstant) -> JSONValue {
        .string("\(max(0, time.microseconds))000")
    }

    /// `SeverityNumber`, and its name.
    private static func severity(_ severity: Severity?) -> (number: Int64, text: String) {
        switch severity {
        case .informational, nil: (9, "INFO")
        case .low: (10, "INFO2")
        case .medium: (13, "WARN")
        case .high: (17, "ERROR")
        case .critical: (18, "ERROR2")
        case .fatal: (21, "FATAL")
        }
    }

    /// What a receiver that answers with success says it left out.
    static func partial(
        _ answer: HTTPExchange.Answer, of part: HTTPParts.Part
    ) -> OutputRefusal? {
        guard (200..<300).contains(answer.status), let success = answer.json?["partialSuccess"]
        else { return nil }
        let rejected = success["rejectedLogRecords"]
        let count =
            rejected?.string.flatMap { UInt64($0) }
            ?? rejected?.integer.flatMap(UInt64.init(exactly:))
        guard let count, count > 0 else { return nil }
        let (first, last) = (part.first.index.value, part.last.index.value)
        let words = success["errorMessage"]?.string ?? "no reason given"
        return OutputRefusal(
            status: "partial", reason: "\(count) of \(first) to \(last), not said which: \(words)",
            count: min(count, UInt64(part.records.count)),
            among: part.records.count > 1 ? first...last : nil)
    }
}
