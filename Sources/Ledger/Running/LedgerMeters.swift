// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Observability
internal import Synchronization

/// What the ledger's threads measure of their own work.
///
/// Each number has one writer at a time: those of groups are written under the lock for groups
/// under way, which both writers' threads take; those of publications under the publisher's.
final class LedgerMeters: Sendable {
    /// Records of each durable group.
    private let groupRecords = OwnedHistogram(.batches)
    /// How long the disk takes to make a group durable.
    private let syncTime = OwnedHistogram(.latency)
    /// Groups that found no room, and publications that were postponed.
    private let failing = Mutex(
        (groups: LedgerStrain.Failures(), publications: LedgerStrain.Failures()))
    /// How long a publication takes.
    private let publishTime = OwnedHistogram(.latency)
    /// When the last publication ended.
    private let published = Mutex(Stopwatch())

    /// The disk has made a group durable, in this time.
    func groupSynced(_ time: Duration) { syncTime.record(time.nanoseconds) }

    /// A group of this many records is durable.
    func groupPersisted(records: Int) { groupRecords.record(UInt64(records)) }

    /// A group found no room.
    func groupRejected(_ cause: StorageFault) { failing.withLock { $0.groups.add(cause) } }

    /// A publication failed temporarily, and is retried.
    func publicationPutOff(_ cause: StorageFault) {
        failing.withLock { $0.publications.add(cause) }
    }

    /// What has failed, and the times of the syncs that did not.
    var failures:
        (
            groups: LedgerStrain.Failures, publications: LedgerStrain.Failures,
            syncs: HistogramSnapshot
        )
    {
        let (groups, publications) = failing.withLock { $0 }
        return (groups, publications, syncTime.snapshot)
    }

    /// Everything is in place and the checkpoint in its journal, after this time.
    func publicationEnded(_ time: Stopwatch) { publishTime.record(time.nanoseconds) }

    /// A checkpoint was published, and others are given it from now on.
    func checkpointPublished() { published.withLock { $0 = Stopwatch() } }

    /// What was measured so far; for anybody.
    var metrics: [Metric] {
        [
            Metric(
                "countersign_ledger_group_records",
                help: "Records that one sync made durable together.", kind: .histogram,
                samples: [.init(groupRecords.snapshot)]),
            Metric(
                "countersign_ledger_sync_seconds",
                help: "Time that the disk took to make a group durable.", kind: .histogram,
                samples: [.init(syncTime.snapshot)]),
            Metric(
                "countersign_ledger_rejected_groups_total",
                help: "Groups of records that found no room on the disk.", kind: .counter,
                samples: [.init(failing.withLock { $0.groups.count })]),
            Metric(
                "countersign_ledger_publications_put_off_total",
                help: "Publications that failed for now and are tried again.", kind: .counter,
                samples: [.init(failing.withLock { $0.publications.count })]),
            Metric(
                "countersign_ledger_publish_seconds",
                help: "Time to sync everything in its place and publish the checkpoint.",
                kind: .histogram, samples: [.init(publishTime.snapshot)]),
            // Opening publishes, too.
            Metric(
                "countersign_checkpoint_age_seconds",
                help: "Time since a checkpoint was published.", kind: .gauge,
                samples: [.init(nanoseconds: published.withLock { $0 }.nanoseconds)]),
        ]
    }

    /// Measures time from now on, by a clock that never goes back. Only shown, never recorded.
    struct Stopwatch: Sendable {
        private let start = ContinuousClock.now

        var nanoseconds: UInt64 { start.duration(to: .now).nanoseconds }
    }
}

extension Duration {
    /// Of a time that has passed: never negative.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
    }
}
