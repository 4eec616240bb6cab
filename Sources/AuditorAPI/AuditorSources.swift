// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
package import AuditRecords
package import ByteCoding
package import Catalog
package import LogReading
package import Search

/// Where the auditor API's answers come from; each is asked again for every request.
package struct AuditorSources: Sendable {
    /// The catalog; nil while there is none that can be asked.
    package var catalog: @Sendable () -> (any CatalogStorage)?
    /// How the catalog stands.
    package var standing: @Sendable () -> CatalogStanding
    /// Is told what somebody met who read the catalog.
    package var noticed: @Sendable (CatalogFailure) -> Void
    /// The log as it stands now. Blocks.
    package var snapshot: @Sendable () throws -> LogSnapshot
    /// The same log as its writer sees it.
    package var live: LiveLog
    /// Writes the record of a reading; blocks until it is durable.
    package var record: @Sendable (AuditorReading, AccountIdentity) throws -> RecordedReading
    /// Who may look, and who is told that they may not.
    package var accounts: AccountOffice
    package var now: @Sendable () -> UTCInstant
    /// While there is no catalog, a log of no more records than these is looked through: it takes no time to speak of.
    package var fewRecords: UInt64 = 20_000
    /// Where answers end while the catalog has much to read.
    package var reach = SearchReach.timely
    /// Nil where nobody makes exports.
    package var exports: ExportDesk?
    /// The configuration in force; nil where nothing runs on one.
    package var settings: (@Sendable () -> ShownSettings)?
    /// Nil where nobody writes the log.
    package var privacy: PrivacyOffice?

    package init(
        catalog: @escaping @Sendable () -> (any CatalogStorage)?,
        standing: @escaping @Sendable () -> CatalogStanding,
        noticed: @escaping @Sendable (CatalogFailure) -> Void,
        snapshot: @escaping @Sendable () throws -> LogSnapshot, live: LiveLog,
        record: @escaping @Sendable (AuditorReading, AccountIdentity) throws -> RecordedReading,
        accounts: AccountOffice, now: @escaping @Sendable () -> UTCInstant
    ) {
        self.catalog = catalog
        self.standing = standing
        self.noticed = noticed
        self.snapshot = snapshot
        self.live = live
        self.record = record
        self.accounts = accounts
        self.now = now
    }
}

/// Somebody's reading, of which there is a record before anything of it leaves.
package struct AuditorReading: Hashable, Sendable {
    package var kind: SystemRecord.Reading
    package var facts: QueryFacts

    package init(_ kind: SystemRecord.Reading, _ facts: QueryFacts) {
        self.kind = kind
        self.facts = facts
    }
}
