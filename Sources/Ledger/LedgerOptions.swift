// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import SignedNotes

/// How a ledger is run; every duration and size is the operator's choice or a documented default.
package struct LedgerOptions: Sendable {
    /// The log's name: first line of every checkpoint, `written.origin` of every record.
    package var origin: LogOrigin
    /// `producer.uid`: which proxy writes here.
    package var producer: String
    /// How often checkpoints are published and files synced in their places; zero: after every group.
    package var publishEvery: Duration
    /// How often a heartbeat is recorded.
    package var heartbeatEvery: Duration
    /// After so many records a heartbeat is due before its time: a start after a crash reads back no more than these.
    package var heartbeatRecords: Int
    /// Leaf bytes of one group; a larger queue becomes several groups.
    package var mostGroupBytes: Int
    /// Leaf bytes that may wait for the disk before records are refused.
    package var mostWaitingBytes: Int
    /// Size of each of the two commit journal files.
    package var commitJournalBytes: Int
    /// How long syncs take, on average, for the next group to begin while one is being synced. Signing a group and waking
    /// a second thread take 50 µs: by default, a tenth of this.
    package var overlapsFrom: Duration
    /// What a record that was acknowledged survives.
    package var durability: LogDurability
    /// With ``LogDurability/written``: so long after a record was written, at most, its sync has begun and, on a disk that
    /// answers within half of it, returned.
    package var syncWithin: Duration
    /// With ``LogDurability/written``: nothing more is acknowledged while something acknowledged waits so long for its
    /// sync, as the disk then does not do what was said.
    package var mostUnsynced: Duration
    /// What a checkpoint has to pass before it is published.
    package var gate: any CheckpointGate
    /// Version of this software, for `log.start`.
    package var software: String
    /// Hash of the configuration in force, for `log.start`.
    package var configHash: String?

    /// What somebody takes upon themselves after a real loss; nil: such a log is not opened.
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
    /// Why, as whoever takes it upon themselves puts it: a ticket, an incident.
    package var reason: String
    /// Who, by the number that the host knows them by.
    package var user: UInt32

    package init(reason: String, user: UInt32) {
        self.reason = reason
        self.user = user
    }
}
