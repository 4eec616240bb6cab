// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Logging
import Observability
package import Outputs

extension OutputStanding {
    /// For `/status`.
    package var json: JSONValue {
        func number(_ value: some BinaryInteger) -> JSONValue { .integer(Int64(clamping: value)) }
        var members = [
            JSONMember("name", .string(name)), JSONMember("kind", .string(kind)),
            JSONMember("target", .string(target)), JSONMember("state", .string(state.rawValue)),
            JSONMember("next", number(next)), JSONMember("lag_records", number(lagRecords)),
            JSONMember("lag_seconds", number(lag.components.seconds)),
            JSONMember("records", number(records)), JSONMember("bytes", number(bytes)),
            JSONMember("batches", number(batches)), JSONMember("rejected", number(rejected)),
            JSONMember("too_old", number(tooOld)), JSONMember("left_out", number(leftOut)),
            JSONMember("failures", number(failures)),
            JSONMember("failures_in_row", number(failuresInRow)),
            JSONMember("trouble", .bool(isInTrouble)),
        ]
        if !cautions.isEmpty {
            members.append(JSONMember("caution", .string(cautions.joined(separator: "; "))))
        }
        if let query { members.append(JSONMember("query", .string(query))) }
        if let again { members.append(JSONMember("again", number(again))) }
        if let lastSuccess {
            members.append(JSONMember("last_success", .string(lastSuccess.rfc3339)))
        }
        if let lastFailure, let lastFailureTime {
            let code = JSONValue.string(lastFailure.code.rawValue)
            let cause = JSONValue.string(lastFailure.message)
            // What is over is not said in the words of what is the matter now.
            if state == .failing {
                members += [JSONMember("code", code), JSONMember("cause", cause)]
            }
            members += [
                JSONMember("last_failure", .string(lastFailureTime.rfc3339)),
                JSONMember("last_code", code), JSONMember("last_cause", cause),
            ]
        }
        if let retry {
            members.append(JSONMember("retry_seconds", number(retry.components.seconds)))
        }
        return .object(members)
    }
}

extension [OutputStanding] {
    /// For `/metrics`, by the outputs' names.
    var metrics: [Metric] {
        guard !isEmpty else { return [] }
        func metric(
            _ name: String, _ help: String, _ kind: Metric.Kind,
            _ value: (OutputStanding) -> UInt64
        ) -> Metric {
            Metric(
                "countersign_output_" + name, help: help, kind: kind,
                samples: map { .init(value($0), labels: [.init("output", $0.name)]) })
        }
        return [
            metric("position", "The first record that is not delivered.", .gauge) { $0.next },
            metric("lag_records", "Durable records that are not delivered.", .gauge) {
                $0.lagRecords
            },
            metric("lag_seconds", "Age of the oldest record that is not delivered.", .gauge) {
                UInt64(clamping: $0.lag.components.seconds)
            },
            metric(
                "last_success_timestamp_seconds",
                "When the receiver last took something; 0 if it has not since the start.", .gauge
            ) { UInt64(clamping: $0.lastSuccess?.seconds ?? 0) },
            metric(
                "failing", "Attempts that failed one after the other until now.", .gauge
            ) { $0.failuresInRow },
            metric("records_total", "Records handed over, repeated ones included.", .counter) {
                $0.records
            },
            metric("bytes_total", "Bytes handed over.", .counter) { $0.bytes },
            metric("failures_total", "Attempts that failed.", .counter) { $0.failures },
            metric("rejected_total", "Records that the receiver does not take.", .counter) {
                $0.rejected
            },
            metric("left_out_total", "Records that were left out for their age.", .counter) {
                $0.leftOut
            },
        ]
    }
}

extension OutputNews {
    /// What the server's log says of it.
    var line: LedgerWatch.Line {
        func line(
            _ level: Logger.Level, _ text: String, _ fields: [String: String]
        ) -> LedgerWatch.Line {
            LedgerWatch.Line(level: level, text: text, fields: fields)
        }
        return switch self {
        case .failing(let failure, let failures):
            line(
                .warning, "output delivers nothing; trying again",
                [
                    "cause": failure.message, "code": failure.code.rawValue,
                    "failures": "\(failures)",
                ])
        case .recovered(let time):
            line(
                .notice, "output delivers again", ["seconds": "\(time.components.seconds)"])
        case .lagging(let lag, let records):
            line(
                .warning, "output is behind",
                ["seconds": "\(lag.components.seconds)", "records": "\(records)"])
        case .caughtUp: line(.notice, "output has caught up", [:])
        case .rejected(let count, let last):
            line(
                .warning, "receiver does not take some records",
                ["records": "\(count)", "status": last.status])
        case .leftOut(let range):
            line(
                .error, "output left out records",
                ["from": "\(range.lowerBound)", "to": "\(range.upperBound)"])
        case .began(let index): line(.info, "output begins", ["index": "\(index)"])
        }
    }
}
