// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
import Disclosures

/// What the proxy counted since its start: `counters` of a heartbeat.
package struct HeartbeatCounters: Hashable, Sendable {
    package var accepted: UInt64 = 0
    package var forwarded: UInt64 = 0
    package var allowed: UInt64 = 0
    package var denied: UInt64 = 0
    package var limited: UInt64 = 0
    package var errored: UInt64 = 0
    /// Records queued for the log, including `started` ones and the proxy's own.
    package var recorded: UInt64 = 0
    /// Accesses that went through without a record, because their route allows that.
    package var dropped: UInt64 = 0
    /// The last `written.seq` that `allowed`, `denied`, `limited`, `errored` and `recorded` include.
    package var throughSequence: UInt64 = 0

    package init() {}
}

/// What is known of the clock: `clock` of a heartbeat.
package struct ClockFacts: Hashable, Sendable {
    /// Where the time comes from, such as `ntp` or `system`.
    package var source: String
    /// Estimated difference from UTC; nil where unknown.
    package var offsetMicroseconds: Int64?
    /// Greatest estimated error; nil where unknown.
    package var errorMicroseconds: Int64?
    package var isSynchronized: Bool

    package init(
        source: String, offsetMicroseconds: Int64?, errorMicroseconds: Int64?, isSynchronized: Bool
    ) {
        self.source = source
        self.offsetMicroseconds = offsetMicroseconds
        self.errorMicroseconds = errorMicroseconds
        self.isSynchronized = isSynchronized
    }
}

/// What had been published when a heartbeat was recorded: its `published`. Reveals the later
/// removal of a checkpoint from the journal of checkpoints.
package struct PublishedFacts: Hashable, Sendable {
    /// How many checkpoints the journal of checkpoints had.
    package var count: UInt64
    /// How many records the last of them covers.
    package var size: UInt64

    package init(count: UInt64, size: UInt64) {
        self.count = count
        self.size = size
    }

    /// What a heartbeat says; nil if it says nothing.
    package init?(_ record: Record) {
        guard let published = record.value["published"],
            let count = published["count"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let size = published["size"]?.integer.flatMap({ UInt64(exactly: $0) })
        else { return nil }
        self.init(count: count, size: size)
    }

    var json: JSONValue {
        var members: [JSONMember] = []
        members.add("count", count)
        members.add("size", size)
        return .object(members)
    }
}

/// Records of one boot that are not in the log: `gap` of `audit.gap`.
package struct GapFacts: Hashable, Sendable {
    /// Why they are missing: `gap.reason`.
    package enum Cause: String, CaseIterable, Sendable {
        /// The log could not be written but the route lets accesses through all the same.
        case logUnavailable = "log_unavailable"
        /// A record was longer than a leaf may be.
        case recordTooLarge = "record_too_large"
        /// The commit group that held them was rejected.
        case groupRejected = "group_rejected"
        /// The process ended before they were written.
        case interrupted = "interrupted"
    }

    package var boot: UniqueID
    /// Sequence numbers that the missing records had or would have had.
    package var sequences: ClosedRange<UInt64>
    /// How many of these are missing.
    package var count: UInt64
    package var cause: Cause

    package init(boot: UniqueID, sequences: ClosedRange<UInt64>, count: UInt64, cause: Cause) {
        self.boot = boot
        self.sequences = sequences
        self.count = count
        self.cause = cause
    }
}

extension SystemRecord {
    /// `audit.heartbeat`, OCSF Application Lifecycle: Other. Every 60 seconds, every 65,536 records and at stop.
    package static func heartbeat(
        uid: UniqueID, time: UTCInstant, counters: HeartbeatCounters, clock: ClockFacts,
        durability: LogDurability, settled: SettledFacts? = nil, published: PublishedFacts? = nil
    ) -> SystemRecord {
        var counts: [JSONMember] = []
        counts.add("accepted", counters.accepted)
        counts.add("allowed", counters.allowed)
        counts.add("denied", counters.denied)
        counts.add("dropped", counters.dropped)
        counts.add("errored", counters.errored)
        counts.add("forwarded", counters.forwarded)
        counts.add("limited", counters.limited)
        counts.add("recorded", counters.recorded)
        counts.add("through_seq", counters.throughSequence)
        var state: [JSONMember] = []
        state.add("error_us", clock.errorMicroseconds)
        state.add("offset_us", clock.offsetMicroseconds)
        state.add("source", clock.source)
        state.add("synced", clock.isSynchronized)
        return SystemRecord(
            uid: uid, time: time, category: .audit, eventClass: .applicationLifecycle,
            activity: 99, action: .heartbeat,
            end: EventEnd(outcome: .success, severity: .informational), actor: .system,
            details: [JSONMember("clock", .object(state)), JSONMember("counters", .object(counts))]
                + durability.details + (settled.map { [JSONMember("settled", $0.json)] } ?? [])
                + (published.map { [JSONMember("published", $0.json)] } ?? []))
    }

    /// `audit.gap`, OCSF Application Error: Other. Names records that are not in the log.
    package static func gap(uid: UniqueID, time: UTCInstant, _ gap: GapFacts) -> SystemRecord {
        var members: [JSONMember] = []
        members.add("boot", gap.boot.text)
        members.add("count", gap.count)
        members.add("first_seq", gap.sequences.lowerBound)
        members.add("last_seq", gap.sequences.upperBound)
        members.add("reason", gap.cause.rawValue)
        var record = SystemRecord(
            uid: uid, time: time, category: .audit, eventClass: .applicationError, activity: 99,
            action: .gap, end: EventEnd(outcome: .failure, severity: .high), actor: .system,
            details: [JSONMember("gap", .object(members))])
        record.decision = failed
        record.reason = gap.cause.rawValue
        record.message = "Records are missing from the log."
        return record
    }
}
