// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle
import Messages

/// Records as rows of a spreadsheet.
enum RecordSheet {
    /// Where a column's values come from.
    private enum Source {
        case index
        /// A member of the record.
        case member(String)
        /// A value that the record only commits to.
        case value(CommitGroup, String)
    }

    private static let columns: [(heading: String, source: Source)] = [
        ("index", .index), ("time", .member("time")), ("uid", .member("uid")),
        ("stage", .member("stage")), ("category", .member("event.category")),
        ("action", .member("event.action")), ("outcome", .member("event.outcome")),
        ("actor", .member("actor.uid")), ("actor_name", .value(.who, "actor.name")),
        ("actor_email", .value(.who, "actor.email")),
        ("actor_subject", .value(.who, "actor.subject")),
        ("auth", .member("actor.auth.method")), ("session", .member("actor.session")),
        ("ip", .value(.where, "src.ip")), ("user_agent", .value(.where, "user_agent")),
        ("service", .member("dst.service")), ("method", .member("http.method")),
        ("host", .member("http.host")), ("route", .member("http.route")),
        ("path", .value(.what, "http.path")), ("status", .member("http.status")),
        ("decision", .member("decision.effect")), ("rule", .member("decision.rule")),
        ("reason", .member("event.reason")), ("decision_reason", .member("decision.reason")),
        ("duration_us", .member("duration_us")), ("request_size", .member("http.request_size")),
        ("response_size", .member("http.response_size")),
        ("producer", .member("producer.uid")),
    ]

    static var headings: [String] { columns.map(\.heading) }

    /// A record's cells; what is withheld or erased says so, and is not taken for absent.
    static func cells(
        _ line: RecordLine, _ reader: inout ValueReader
    ) throws(LogReadFailure) -> [String] {
        guard let record = line.record else {
            return ["\(line.index.value)", "(\(line.absence.plain))"]
                + Array(repeating: "", count: columns.count - 2)
        }
        let groups = try reader.groups(of: record, at: line.index)
        let commitments = record.commitments
        return columns.map { column in
            switch column.source {
            case .index: return "\(line.index.value)"
            case .member(let path):
                let names = path.split(separator: ".")
                return text(names.reduce(record.value) { $0?[String($1)] })
            case .value(let group, let name):
                guard commitments[group] != nil else { return "" }
                return switch groups[group] {
                case .opened(let object): text(object[name])
                case .erased: "(erased)"
                case .unreadable, nil: "(withheld)"
                }
            }
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .number(let text): text
        case .object, .array, .null, nil: ""
        }
    }
}
