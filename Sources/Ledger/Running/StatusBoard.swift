// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle
internal import Synchronization

/// Where the writer shows how far the log has come, before anybody is answered about it.
final class StatusBoard: Sendable {
    private let status: Mutex<LedgerStatus>
    /// Since when the writer is at one group; nil while it waits for records.
    private let busySince = Mutex<ContinuousClock.Instant?>(nil)

    init(_ status: LedgerStatus) { self.status = Mutex(status) }

    var current: LedgerStatus { status.withLock { $0 } }

    /// How long the writer has been at the group that it is writing; nil while there is none.
    var busyFor: Duration? { busySince.withLock { $0 }.map { $0.duration(to: .now) } }

    /// The writer begins with a group.
    func begin() { busySince.withLock { $0 = .now } }

    /// The writer has no more groups.
    func rest() { busySince.withLock { $0 = nil } }

    /// A group became durable.
    func show(_ group: PreparedGroup) {
        status.withLock { status in
            status.size = group.after.size
            status.checkpoint = group.checkpoint
        }
    }
}
