// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle
package import Observability

extension Ledger {
    /// How the log and its threads are doing. Never waits for the disk.
    package var metrics: [Metric] {
        let status = status
        return [
            Metric(
                "countersign_ledger_size", help: "Records that are durable.", kind: .gauge,
                samples: [.init(status.size.count)]),
            Metric(
                "countersign_ledger_queue_records",
                help: "Records that wait for the writer to take them.", kind: .gauge,
                samples: [.init(UInt64(status.waitingRecords))]),
            Metric(
                "countersign_ledger_unsynced_records",
                help: "Records that were acknowledged and are not durable yet.", kind: .gauge,
                samples: [.init(status.unsyncedRecords)]),
            Metric(
                "countersign_ledger_unsynced_seconds",
                help:
                    "Time for which the oldest record waits for its sync that was acknowledged and is not durable yet.",
                kind: .gauge,
                samples: [.init(nanoseconds: status.unsyncedFor.nanoseconds)]),
            Metric(
                "countersign_ledger_poisoned",
                help: "1 once the log has stopped for good after a failure of the disk.",
                kind: .gauge, samples: [.init(status.poisoned == nil ? 0 : 1)]),
        ] + meters.metrics
    }
}
