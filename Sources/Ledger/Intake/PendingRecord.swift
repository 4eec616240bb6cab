// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords

/// A record on its way from an event loop to the writer.
package struct PendingRecord: Sendable {
    package internal(set) var draft: RecordDraft
    /// `written.seq`, given when it was queued: if it is lost later, it shows as a gap.
    package internal(set) var sequence: UInt64
    package let port: PortID
    package let ticket: UInt64
    /// The bytes of its leaf, at most. Kept beside the draft, which is not copied to ask it.
    let leafBytes: Int
}

/// How a record counts in the heartbeat (record.md §2).
package enum Tally: Int, CaseIterable, Sendable {
    case allowed
    case denied
    case limited
    case errored
    /// A `started` record, a heartbeat or another record of the proxy's own: no access ends with it.
    case uncounted
}

/// How many records of each kind a producer has queued since its boot.
package struct ProducerTallies: Hashable, Sendable {
    /// The last `written.seq` that is included.
    package internal(set) var throughSequence: UInt64 = 0
    private var counts = InlineCounts()

    init() {}

    package subscript(tally: Tally) -> UInt64 {
        get { counts[tally.rawValue] }
        set { counts[tally.rawValue] = newValue }
    }

    /// Adds what was queued together.
    mutating func add(_ more: ProducerTallies, records count: Int) {
        throughSequence += UInt64(count)
        counts.add(more.counts)
    }

    private struct InlineCounts: Hashable, Sendable {
        private var lower = SIMD4<UInt64>()
        private var upper: UInt64 = 0

        mutating func add(_ more: InlineCounts) {
            lower &+= more.lower
            upper += more.upper
        }

        subscript(position: Int) -> UInt64 {
            get { position < 4 ? lower[position] : upper }
            set {
                if position < 4 { lower[position] = newValue } else { upper = newValue }
            }
        }
    }
}
