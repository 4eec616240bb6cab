// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogFormat
internal import Merkle
internal import Synchronization

/// Which accesses of this boot have a `started` record and no outcome yet, so that heartbeats can
/// say what a later start need not read back (`settled`, see ``SettledFacts``).
///
/// Notified of every group once its fate is known, in the order of sequence numbers.
final class OpenAccesses: Sendable {
    private struct State {
        /// The indices of the `started` records.
        var open: [UniqueID: UInt64] = [:]
        /// The last sequence number whose fate is known.
        var throughSequence: UInt64 = 0
        /// Whether the boot has written what earlier ones left open.
        var hasBegun = false
        var sinceHeartbeat = 0
    }

    private let state = Mutex(State())
    private let heartbeatRecords: Int

    init(heartbeatRecords: Int) { self.heartbeatRecords = heartbeatRecords }

    /// The boot has recorded its start and the outcomes that it found missing.
    func begin() { state.withLock { $0.hasBegun = true } }

    /// A group is durable.
    func wrote(_ group: PreparedGroup) {
        state.withLock { state in
            let records = group.records.span
            for place in records.indices {
                switch records[place].draft.stage {
                case .started:
                    state.open[records[place].draft.uid] =
                        group.header.firstIndex.value + UInt64(place)
                case .complete:
                    if !state.open.isEmpty { state.open[records[place].draft.uid] = nil }
                case .unknown, .refused: break
                }
            }
            guard let last = group.records.last else { return }
            state.throughSequence = last.sequence
            state.sinceHeartbeat += group.records.count
        }
    }

    /// A group was rejected; its numbers are gaps already.
    func lost(_ records: ArraySlice<PendingRecord>) {
        guard let last = records.last else { return }
        state.withLock { $0.throughSequence = last.sequence }
    }

    /// Whether enough records were written for a heartbeat to be due.
    var isHeartbeatDue: Bool {
        state.withLock { $0.sinceHeartbeat >= heartbeatRecords }
    }

    /// What a heartbeat may say; nil until the boot has begun.
    ///
    /// The caller asks ``Gaps/areNamed`` after this: by then it knows any gap below the answer.
    func settled() -> SettledFacts? {
        state.withLock { state in
            state.sinceHeartbeat = 0
            guard state.hasBegun else { return nil }
            return SettledFacts(
                throughSequence: state.throughSequence,
                open: state.open.values.sorted())
        }
    }
}
