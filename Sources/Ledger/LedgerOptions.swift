// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import SignedNotes

/// How a ledger runs; every duration and size is the operator's choice or a documented default.
package struct LedgerOptions: Sendable {
    /// The log's name: first line of every checkpoint, `written.origin` of every record.
    package var origin: LogOrigin
    /// `producer.uid`: which proxy writes here.
    package var producer: String
    /// How often checkpoints are published and files synced; zero: after every group.
    package var publishEvery: Duration
    /// How often a heartbeat is recorded.
    package var heartbeatEvery: Duration
    /// After this many records a heartbeat is due early: a start after a crash reads back no more
    /// than these.
    package var heartbeatRecords: Int
    /// Leaf bytes of one group; a larger queue becomes several groups.
    package var mostGroupBytes: Int
    /// Leaf bytes that may wait for the disk before records are refused.
    package var mostWaitingBytes: Int
    /// Size of each of the two commit journal files.
    package var commitJournalBytes: Int
    /// From this average sync time on, the next group begins while one is being synced. Signing a
    /// group and waking a second thread take 50 µs: by default, a tenth of this.
    package var overlapsFrom: Duration
    /// What an acknowledged record survives.
    package var durability: LogDurability
    /// With ``LogDurability/written``: the sync of a record has begun at most this long after it
    /// was written and, on a disk that answers within half of it, returned.
    package var syncWithin: Duration
    /// With ``LogDurability/written``: nothing more is acknowledged while something acknowledged
    /// has waited this long for its sync, because the disk then breaks what was promised.
    package var mostUnsynced: Duration
    /// What a checkpoint has to pass before it is published.
    package var gate: any CheckpointGate
    /// Version of this software, for `log.start`.
    package var software: String
    /// Hash of the configuration in force, for `log.start`.
    package var configHash: String?

    /// The loss that somebody accepts as real; nil: such a log is not opened.
    package var adoption: Adoption?

    package init(origin: LogOrigin, producer: String, software: String) {
        self.origin = origin
        self.producer = producer
        self.software = software
        publishEvery = .seconds(1)
        heartbeatEvery = .seconds(60)
        heartbeatRecords = 65_536
        mostGroupBytes = 4 << 20
        mostWaitingBytes = 64 << 20
        commitJournalBytes = 16 << 20
        overlapsFrom = .microseconds(500)
        durability = .synced
        syncWithin = .milliseconds(100)
        mostUnsynced = .seconds(1)
        gate = OpenGate()
        configHash = nil
        adoption = nil
    }
}

/// Somebody's word that a loss is real and known: the log goes on from what is left, and a record says so.
package struct Adoption: Hashable, Sendable {
    /// Why, in the words of whoever accepts it: a ticket, an incident.
    package var reason: String
    /// Who, by their user number on the host.
    package var user: UInt32

    package init(reason: String, user: UInt32) {
        self.reason = reason
        self.user = user
    }
}
