// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle
internal import Synchronization

/// Where the writer shows how far the log has come, before anybody is answered about it.
final class StatusBoard: Sendable {
    private let status: Mutex<LedgerStatus>

    init(_ status: LedgerStatus) { self.status = Mutex(status) }

    var current: LedgerStatus { status.withLock { $0 } }

    /// A group became durable.
    func show(_ group: PreparedGroup) {
        status.withLock { status in
            status.size = group.after.size
            status.checkpoint = group.checkpoint
        }
    }
}
