// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Merkle

/// One record as a row for people: who, what, when, where, and how it was decided.
enum RecordRow {
    static let headings: [SafeText] = ["#", "WHEN", "WHO", "WHAT", "WHERE", "DECISION"]

    static func cells(_ record: Record, _ values: DisclosedValues) -> [SafeText] {
        let when = record.time.map { String($0.rfc3339.dropFirst(11).prefix(12)) } ?? "?"
        return [
            "\(record.index?.value ?? 0)", SafeText("\(when)", .faint), who(record, values),
            what(record, values), whereFrom(record, values), decision(record),
        ]
    }

    private static func who(_ record: Record, _ values: DisclosedValues) -> SafeText {
        guard let actor = record.actor else { return "?" }
        guard let name = values.text("actor.name", .who, of: record) else { return "\(actor)" }
        return "\(name) (\(actor))"
    }

    private static func what(_ record: Record, _ values: DisclosedValues) -> SafeText {
        guard record.action == EventAction.httpRequest.rawValue else {
            return "\(record.action ?? "?")"
        }
        let path = values.text("http.path", .what, of: record) ?? record.route
        return "\(record.method ?? "-") \(path ?? "-")"
    }

    private static func whereFrom(_ record: Record, _ values: DisclosedValues) -> SafeText {
        "\(values.text("src.ip", .where, of: record) ?? "-")"
    }

    private static func decision(_ record: Record) -> SafeText {
        guard record.action == EventAction.httpRequest.rawValue, let effect = record.effect else {
            return ""
        }
        if record.stage == .started { return SafeText("started", .faint) }
        let status: SafeText = record.status.map { "\($0) " } ?? ""
        let reason = record.value[path: "decision", "reason"]?.string ?? "?"
        let text: SafeText = "\(effect.rawValue.uppercased()) " + status + "\(reason)"
        return text.toned(effect == .allow ? .good : effect == .limit ? .caution : .bad)
    }
}
