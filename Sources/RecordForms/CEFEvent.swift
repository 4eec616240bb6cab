// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogReading
internal import Merkle

/// A record as one line of the Common Event Format, revision 0 (ArcSight CEF).
enum CEFEvent {
    static func line(
        _ record: Record, at index: LeafIndex, _ groups: [CommitGroup: OpenedGroup]
    ) -> [UInt8] {
        let header = [
            "CEF:0", "Countersign", "Countersign", SoftwareVersion.number,
            record.action ?? "unknown", record.event("message")?.string ?? name(of: record),
            "\(severity(record))",
        ].map { headerField($0) }.joined(separator: "|")
        let fields = extensions(record, at: index, groups).compactMap { name, text in
            text.map { "\(name)=\(value($0))" }
        }
        return Array((header + "|" + fields.joined(separator: " ") + "\n").utf8)
    }

    private static func name(of record: Record) -> String {
        guard let method = record.method else { return record.action ?? "unknown" }
        return record.route.map { "\(method) \($0)" } ?? method
    }

    /// OCSF's 1 to 6 on CEF's scale of 0 to 10.
    private static func severity(_ record: Record) -> Int64 {
        min(10, 2 * max(0, (record.event("severity")?.integer ?? 1) - 1))
    }

    private static func extensions(
        _ record: Record, at index: LeafIndex, _ groups: [CommitGroup: OpenedGroup]
    ) -> [(String, String?)] {
        func opened(_ group: CommitGroup, _ name: String) -> String? {
            guard case .opened(let object) = groups[group] else { return nil }
            return object[name]?.string ?? object[name]?.integer.map { "\($0)" }
        }
        let number = { (path: JSONValue?) in path?.integer.map { "\($0)" } }
        return [
            ("externalId", record.uid?.text),
            ("rt", record.time.map { "\($0.microseconds / 1000)" }),
            ("outcome", record.event("outcome")?.string),
            ("reason", record.reason),
            ("act", record.value[path: "decision", "effect"]?.string),
            ("suid", record.actor), ("suser", opened(.who, "actor.name")),
            ("src", opened(.where, "src.ip")), ("spt", opened(.where, "src.port")),
            ("dhost", record.value[path: "dst", "address"]?.string),
            ("dpt", number(record.value[path: "dst", "port"])),
            ("destinationServiceName", record.service),
            ("requestMethod", record.method),
            ("request", opened(.what, "http.path") ?? record.route),
            ("requestClientApplication", opened(.where, "user_agent")),
            ("in", number(record.value[path: "http", "request_size"])),
            ("out", number(record.value[path: "http", "response_size"])),
            ("dvchost", record.producer),
            ("cn1Label", "index"), ("cn1", "\(index.value)"),
            ("cn2Label", record.status == nil ? nil : "status"),
            ("cn2", record.status.map { "\($0)" }),
            ("cs1Label", record.rule == nil ? nil : "rule"), ("cs1", record.rule),
            ("cs2Label", record.origin == nil ? nil : "log"), ("cs2", record.origin),
        ]
    }

    /// A field of the header: `\` and `|` escaped, no line ends.
    private static func headerField(_ text: String) -> String {
        escaped(text, "|", lineEnd: " ")
    }

    /// A value of an extension: `\`, `=` and line ends escaped.
    private static func value(_ text: String) -> String {
        escaped(text, "=", lineEnd: "\\n")
    }

    private static func escaped(_ text: String, _ mark: Unicode.Scalar, lineEnd: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", mark:
                shown += "\\"
                shown.unicodeScalars.append(scalar)
            case "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}": shown += lineEnd
            default:
                if scalar.properties.generalCategory == .control {
                    shown += "\\\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    shown.unicodeScalars.append(scalar)
                }
            }
        }
        return shown
    }
}
