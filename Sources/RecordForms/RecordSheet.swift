// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding
package import Disclosures
package import LogReading
package import Merkle

/// Records as rows of a spreadsheet.
package enum RecordSheet {
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

    package static var headings: [String] { columns.map(\.heading) }

    /// The cells of a leaf that is shown as no record, and why.
    package static func cells(absent reason: String, at index: LeafIndex) -> [String] {
        ["\(index.value)", "(\(reason))"] + Array(repeating: "", count: columns.count - 2)
    }

    /// A record's cells; what is withheld or erased says so, and is not taken for absent.
    ///
    /// - Parameter groups: what was opened; any other is withheld.
    package static func cells(
        _ record: Record, at index: LeafIndex, _ groups: [CommitGroup: OpenedGroup]
    ) -> [String] {
        let commitments = record.commitments
        return columns.map { column in
            switch column.source {
            case .index: return "\(index.value)"
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
