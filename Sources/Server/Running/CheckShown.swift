// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Observability
import Verification

/// How the checks of a server's log stand, as it is shown.
struct CheckShown {
    private let standing: LogCheckStanding
    private let next: Duration?
    private let logSize: UInt64
    private let now: UTCInstant

    init(_ checking: LogChecking, logSize: UInt64) {
        standing = checking.standing
        next = checking.next
        now = checking.now()
        self.logSize = logSize
    }

    /// Records that have come since the last whole check, or all of them.
    private var unchecked: UInt64 { logSize - min(logSize, standing.last?.size ?? 0) }

    private var ageSeconds: Int64? { standing.last.map { max(0, now.seconds - $0.began.seconds) } }

    /// For `/status`.
    var json: JSONValue {
        func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }
        var members = [
            JSONMember("last", standing.last?.json ?? .null),
            JSONMember("unchecked", number(unchecked)),
        ]
        if let ageSeconds { members.append(JSONMember("age_seconds", .integer(ageSeconds))) }
        if let running = standing.running {
            members.append(
                JSONMember(
                    "running",
                    .object([
                        JSONMember("began", .string(running.at.rfc3339)),
                        JSONMember("position", number(min(standing.position, running.size))),
                        JSONMember("size", number(running.size)),
                    ])))
        }
        if let next {
            members.append(JSONMember("next_seconds", .integer(next.components.seconds)))
        }
        if let failure = standing.failure {
            members.append(JSONMember("cause", .string(failure)))
        }
        return .object(members)
    }

    /// For `/metrics`.
    var metrics: [Metric] {
        func gauge(_ name: String, _ help: String, _ value: UInt64) -> Metric {
            Metric(
                "countersign_check_" + name, help: help, kind: .gauge, samples: [.init(value)])
        }
        return [
            Metric(
                "countersign_check_verdict",
                help: "1 for what the last whole check of the log came to.", kind: .gauge,
                samples: (VerificationVerdict.allCases.map(\.rawValue) + ["none"]).map {
                    .init(
                        $0 == standing.last?.verdict ?? "none" ? 1 : 0,
                        labels: [.init("verdict", $0)])
                }),
            gauge(
                "records", "Records that the last whole check was of.", standing.last?.size ?? 0),
            gauge(
                "unchecked_records", "Durable records that no whole check was of yet.", unchecked),
            gauge(
                "missing_records", "Records that the last whole check found missing.",
                standing.last?.missing ?? 0),
            gauge(
                "age_seconds", "Time since the last whole check began; 0 if there was none.",
                UInt64(clamping: ageSeconds ?? 0)),
            gauge(
                "position_records", "Records that the present check has read; 0 if none runs.",
                standing.running == nil ? 0 : standing.position),
            Metric(
                "countersign_checks_total", help: "Whole checks since the start.",
                kind: .counter, samples: [.init(standing.count)]),
        ]
    }
}
