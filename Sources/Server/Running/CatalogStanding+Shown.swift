// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import Observability

extension CatalogStanding {
    /// For `/status`.
    var json: JSONValue {
        func number(_ value: some BinaryInteger) -> JSONValue { .integer(Int64(clamping: value)) }
        var members = [JSONMember("state", .string(state.rawValue))]
        guard state != .off else { return .object(members) }
        members += [
            JSONMember("size", number(size)), JSONMember("lag_records", number(lagRecords)),
            JSONMember("lag_ms", number(lag.wholeNanoseconds / 1_000_000)),
            JSONMember("accesses", number(accesses)), JSONMember("bytes", number(fileBytes)),
            JSONMember("wal_bytes", number(walBytes)),
            JSONMember("rebuilds", number(counts.rebuilds)),
            JSONMember("set_aside", number(counts.setAside)),
            JSONMember("failures", number(counts.failures)),
            JSONMember("rebuild_failures", number(counts.rebuildFailures)),
        ]
        if let rebuilt { members.append(JSONMember("rebuilt", number(rebuilt))) }
        if state == .building || rebuilt != nil {
            members.append(JSONMember("per_second", number(rate)))
            if let remaining {
                members.append(
                    JSONMember("remaining_seconds", number(remaining.components.seconds)))
            }
        }
        if let failure {
            if case .catalog(let cause) = failure {
                members.append(JSONMember("code", .string(cause.code.rawValue)))
            }
            members.append(JSONMember("cause", .string(failure.message)))
        }
        return .object(members)
    }

    /// For `/metrics`.
    var metrics: [Metric] {
        func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) -> Metric {
            Metric(
                "countersign_catalog_" + name, help: help, kind: .gauge,
                samples: [.init(UInt64(clamping: value))])
        }
        func counter(_ name: String, _ help: String, _ value: UInt64) -> Metric {
            Metric(
                "countersign_catalog_" + name, help: help, kind: .counter,
                samples: [.init(value)])
        }
        return [
            Metric(
                "countersign_catalog_state", help: "1 for the state that the catalog is in.",
                kind: .gauge,
                samples: State.allCases.map {
                    .init($0 == state ? 1 : 0, labels: [.init("state", $0.rawValue)])
                }),
            gauge("records", "Records of the log that are in the catalog.", size),
            gauge("accesses", "Accesses that the catalog has a row of.", accesses),
            gauge("lag_records", "Durable records that are not in the catalog yet.", lagRecords),
            Metric(
                "countersign_catalog_lag_seconds",
                help: "Time since the catalog had every durable record.", kind: .gauge,
                samples: [.init(nanoseconds: lag.wholeNanoseconds)]),
            gauge("bytes", "Size of the catalog's file.", fileBytes),
            gauge("wal_bytes", "Size of the catalog's write-ahead log.", walBytes),
            gauge(
                "rebuilt_records",
                "Records in the catalog that is being built beside the present one; 0 if none is.",
                rebuilt ?? 0),
            counter("batches_total", "Transactions that stored records.", counts.batches),
            counter(
                "snapshots_total", "Readings of the log's journals for the catalog.",
                counts.snapshots),
            counter(
                "failures_total", "Times that the catalog could not be kept.", counts.failures),
            counter(
                "set_aside_total", "Catalogs that were of no use and set aside.",
                counts.setAside),
            counter(
                "rebuilds_total", "Catalogs that took the place of the one before.",
                counts.rebuilds),
        ]
    }
}

extension CatalogStanding {
    /// Of a log without a catalog.
    static let off: CatalogStanding = {
        var standing = CatalogStanding()
        standing.state = .off
        return standing
    }()
}

extension Duration {
    /// Whole nanoseconds; none for a negative time.
    fileprivate var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) * 1_000_000_000
            + UInt64(clamping: attoseconds / 1_000_000_000)
    }
}
