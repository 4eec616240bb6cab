// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Catalog
import Ledger
import Merkle
import Observability
import Outputs
import SignedNotes

/// The state of a running proxy, for programs that ask its console.
struct LiveStatus {
    private let ledger: Ledger
    private let status: LedgerStatus
    private let obstacle: LogObstacle?
    private let origin: String
    private let configuration: ConfigurationStanding
    private let catalog: CatalogStanding
    private let check: CheckShown
    private let outputs: [OutputStanding]
    private let exports: ExportsStanding

    init(
        _ ledger: Ledger, origin: String, configuration: ConfigurationStanding,
        _ services: BackgroundServices
    ) {
        self.ledger = ledger
        self.origin = origin
        self.configuration = configuration
        catalog = services.catalog?.standing ?? .off
        let status = ledger.status
        check = CheckShown(services.check, logSize: status.size.count)
        self.status = status
        outputs = services.outputs.standings
        exports = services.exports.standing
        obstacle = ledger.obstacle(patience: AdminConsole.patience)
    }

    private var decisions: [(String, UInt64)] {
        let tallies = status.tallies
        return [
            ("allowed", tallies[.allowed]), ("denied", tallies[.denied]),
            ("limited", tallies[.limited]), ("errored", tallies[.errored]),
        ]
    }

    private var standing: String {
        switch obstacle {
        case nil: "writing"
        case .stalled, .backlog: "stalled"
        case .noRoom: "full"
        case .stopped, .closed: "stopped"
        }
    }

    /// For `/status`.
    var json: JSONValue {
        func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }
        var members = [
            JSONMember("origin", .string(origin)),
            JSONMember("version", .string(SoftwareVersion.current)),
            JSONMember("size", number(status.size.count)),
            JSONMember(
                "keys", .array(ledger.signingKeys.map { .string("\($0.keyID)") })),
            JSONMember("boot", .string(ledger.boot.text)),
            JSONMember("waiting_bytes", .integer(Int64(status.waitingBytes))),
            JSONMember("accepted", number(ledger.counters.accepted)),
            JSONMember("forwarded", number(ledger.counters.forwarded)),
            JSONMember("dropped", number(ledger.counters.dropped)),
            JSONMember("lost", number(ledger.lostRecords)),
            JSONMember("log", .string(standing)),
            JSONMember("durability", .string(status.durability.rawValue)),
        ]
        if status.durability != .synced {
            members.append(JSONMember("unsynced", number(status.unsyncedRecords)))
            let (seconds, attoseconds) = status.unsyncedFor.components
            members.append(
                JSONMember(
                    "unsynced_ms", .integer(seconds * 1000 + attoseconds / 1_000_000_000_000_000)))
        }
        members += decisions.map { JSONMember($0.0, number($0.1)) }
        members += configuration.members
        members.append(JSONMember("catalog", catalog.json))
        members.append(JSONMember("check", check.json))
        members.append(JSONMember("outputs", .array(outputs.map(\.json))))
        members.append(JSONMember("exports", exports.json))
        if let obstacle { members.append(JSONMember("cause", .string(obstacle.description))) }
        return .object(members)
    }

    /// For `/metrics`.
    var metrics: [Metric] {
        [
            Metric(
                "countersign_build_info", help: "1, with the version that runs.", kind: .gauge,
                samples: [.init(1, labels: [.init("version", SoftwareVersion.current)])]),
            Metric(
                "countersign_forwarded_total", help: "Requests that went to their service.",
                kind: .counter, samples: [.init(ledger.counters.forwarded)]),
            Metric(
                "countersign_records_total", help: "Access records queued, by what they say.",
                kind: .counter,
                samples: decisions.map {
                    .init($0.1, labels: [.init("decision", $0.0)])
                }),
            Metric(
                "countersign_fail_open_total",
                help: "Accesses that went through unrecorded, because their route says so.",
                kind: .counter, samples: [.init(ledger.counters.dropped)]),
            Metric(
                "countersign_waiting_bytes", help: "Leaf bytes that wait for the disk.",
                kind: .gauge, samples: [.init(UInt64(max(0, status.waitingBytes)))]),
            Metric(
                "countersign_log_writable",
                help:
                    "1 while the log takes records, 0 while the disk is stalled or full and once it stopped.",
                kind: .gauge, samples: [.init(obstacle == nil ? 1 : 0)]),
        ] + catalog.metrics + check.metrics + outputs.metrics + exports.metrics
    }
}
