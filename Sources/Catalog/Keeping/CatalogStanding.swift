// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How a catalog that is kept stands.
package struct CatalogStanding: Hashable, Sendable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        /// It is being opened.
        case opening
        /// It follows the log.
        case following
        /// It has far to go: it was begun anew, or the log grew while nobody followed.
        case building
        /// Something is wrong: ``failure``. It is tried again.
        case failed
        /// None is kept.
        case off
    }

    package var state = State.opening
    /// Records that are in it.
    package var size: UInt64 = 0
    /// Records that are durable, when this was asked.
    package var logSize: UInt64 = 0
    /// How long ago it had all records of the log; zero if it has them now.
    package var lag = Duration.zero
    /// Records of all, one for each access; as of a moment ago.
    package var accesses: UInt64 = 0
    package var fileBytes = 0
    package var walBytes = 0
    /// Records a second while it is building.
    package var rate: UInt64 = 0
    /// Records of the catalog that is being built beside it; nil if none is.
    package var rebuilt: UInt64?
    package var failure: CatalogFollowFailure?
    /// What was done since the start.
    package var counts = Counts()

    package init() {}

    /// Records of the log that are not in it.
    package var lagRecords: UInt64 { logSize > size ? logSize - size : 0 }

    /// How long the rest takes at the present rate; nil if nobody knows.
    package var remaining: Duration? {
        guard rate > 0 else { return nil }
        return .seconds(Double(logSize - min(logSize, rebuilt ?? size)) / Double(rate))
    }

    package struct Counts: Hashable, Sendable {
        /// Transactions that stored records.
        package var batches: UInt64 = 0
        /// Readings of the log's journals, each for one batch or more.
        package var snapshots: UInt64 = 0
        package var failures: UInt64 = 0
        /// Of these, turns that had a rebuild to do from their beginning on.
        package var rebuildFailures: UInt64 = 0
        package var setAside: UInt64 = 0
        /// Catalogs that took the place of the one before.
        package var rebuilds: UInt64 = 0
    }
}

/// What people have to know about a catalog that is kept.
package enum CatalogNews: Hashable, Sendable {
    /// It cannot be used. It is tried again in silence, until it can or something else is wrong.
    case failed(CatalogFollowFailure)
    /// It can be used again.
    case recovered(after: Duration)
    case setAside(CatalogFolder.SetAside)
    /// Its file is gone, or another one.
    case replaced
    /// It has so many records to take before it is complete.
    case building(missing: UInt64)
    case progress(CatalogStanding)
    case complete(records: UInt64, after: Duration)
    /// The one that was built beside it took its place.
    case rebuilt(records: UInt64)
    /// Its write-ahead log is long: a reader holds it up.
    case longWAL(bytes: Int)
}
