// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Evidence
import Observability

/// How the exports stand that a server makes in the background.
struct ExportsStanding {
    private static let states = [
        "waiting", "running", "done", "failed", "erased", "account_removed",
    ]

    private var counts: [String: UInt64] = [:]
    private let bytes: UInt64
    private let present: ExportJob?
    private let trouble: String?

    /// - Parameter trouble: why they could not be kept, the last time that they could not.
    init(_ jobs: [ExportJob], trouble: String?) {
        for job in jobs { counts[job.standing.name, default: 0] += 1 }
        bytes = UInt64(clamping: jobs.reduce(0) { $0 + $1.bytes })
        present = jobs.first { $0.standing == .running }
        self.trouble = trouble
    }

    /// For `/status`.
    var json: JSONValue {
        func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }
        var members = Self.states.map { JSONMember($0, number(counts[$0] ?? 0)) }
        members.append(JSONMember("bytes", number(bytes)))
        if let progress = present?.progress {
            members += [
                JSONMember("read", number(progress.read)),
                JSONMember("total", number(progress.total)),
            ]
        }
        if let trouble { members.append(JSONMember("cause", .string(trouble))) }
        return .object(members)
    }

    /// For `/metrics`.
    var metrics: [Metric] {
        [
            Metric(
                "countersign_exports", help: "Exports that were ordered over the auditor API.",
                kind: .gauge,
                samples: Self.states.map {
                    .init(counts[$0] ?? 0, labels: [.init("state", $0)])
                }),
            Metric(
                "countersign_export_bytes", help: "What these exports take of the disk.",
                kind: .gauge, samples: [.init(bytes)]),
        ]
    }
}
