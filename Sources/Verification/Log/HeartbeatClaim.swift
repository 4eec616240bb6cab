// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding

/// What a heartbeat says it counted.
struct HeartbeatClaim {
    let recorded: UInt64
    /// The last sequence number that the counters include.
    let through: UInt64
    /// Accesses that went through without a record.
    let unrecorded: Int64
    private let allowed: UInt64
    private let denied: UInt64
    private let limited: UInt64
    private let errored: UInt64

    /// Nil if a counter is missing or negative.
    init?(_ record: Record) {
        let counters = record.value["counters"]
        func counter(_ name: String) -> UInt64? {
            counters?[name]?.integer.flatMap { UInt64(exactly: $0) }
        }
        guard let recorded = counter("recorded"), let through = counter("through_seq"),
            let unrecorded = counter("dropped"), let allowed = counter("allowed"),
            let denied = counter("denied"), let limited = counter("limited"),
            let errored = counter("errored")
        else { return nil }
        self.recorded = recorded
        self.through = through
        self.unrecorded = Int64(clamping: unrecorded)
        self.allowed = allowed
        self.denied = denied
        self.limited = limited
        self.errored = errored
    }

    /// Each counter with the log's own count.
    func pairs(
        with found: TallyWindow.Counts
    ) -> [(name: String, claimed: UInt64, present: UInt64)] {
        [
            ("allowed", allowed, found.allowed), ("denied", denied, found.denied),
            ("limited", limited, found.limited), ("errored", errored, found.errored),
        ]
    }
}
