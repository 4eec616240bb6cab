// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// What a catalog can be asked.
package protocol CatalogReading: Sendable {
    /// Whether personal values can be asked for by tokens.
    var hasTokens: Bool { get }

    /// What was stored last; nil in a new catalog.
    func position() throws(CatalogFailure) -> CatalogPosition?

    func page(_ request: CatalogPageRequest) throws(CatalogFailure) -> CatalogPage

    func count(_ query: CatalogQuery, within deadline: Duration) throws(CatalogFailure)
        -> CatalogCount

    /// - Parameter field: by whose values the bars are divided; a field of the shape.
    /// - Throws: ``CatalogFailure/Code/notCounted`` for another field.
    func histogram(
        _ query: CatalogQuery, every interval: CatalogInterval, by field: CatalogField,
        within deadline: Duration
    ) throws(CatalogFailure) -> CatalogHistogram

    /// - Parameter deadline: for each facet.
    /// - Throws: ``CatalogFailure/Code/notCounted`` where there is a field that ``CatalogField/isCounted`` says no of.
    func facets(
        _ query: CatalogQuery, of fields: [CatalogField], most: Int, within deadline: Duration
    ) throws(CatalogFailure) -> [CatalogFacet]

    /// Which actors occur with which values of a field, among accesses; of a field with several values with each.
    ///
    /// - Throws: ``CatalogFailure/Code/notCounted`` for a field that ``CatalogField/isPaired`` says no of.
    func pairs(
        _ query: CatalogQuery, with field: CatalogField, within deadline: Duration
    ) throws(CatalogFailure) -> CatalogPairs

    /// Indices of all records of an access, in order; none if there is no such access.
    func records(of uid: UniqueID) throws(CatalogFailure) -> [UInt64]

    /// For each token of an address, a number that all addresses of its network have: of one /24, or of one /64.
    func addressNetworks() throws(CatalogFailure) -> [Int64: Int64]

    /// Where the sealed values of a record and of its neighbours (``SealedStretch``) are in their segment's file: a
    /// hint, for whoever opens them. Nil where it is not known.
    func sealed(around index: UInt64) throws(CatalogFailure) -> Range<Int>?

    /// Has several questions answered by one state of the catalog, whatever is stored meanwhile.
    ///
    /// - Parameter body: is given what answers so until it returns, which should be soon: a moment that lasts keeps the
    ///   engine from tidying up. It asks nothing of this object.
    func atOneMoment(_ body: (any CatalogReading) -> Void) throws(CatalogFailure)
}

/// An engine that keeps the catalog.
///
/// `CatalogContract` in the tests is what every engine must pass. One object writes; any number of threads may ask.
package protocol CatalogStorage: CatalogReading {
    /// Stores leaves and where they lead to, all or nothing. The first one follows the last one stored.
    func append(_ batch: CatalogBatch, reaching position: CatalogPosition) throws(CatalogFailure)

    /// Forgets what is known of a subject's personal values, so that nothing leads to them.
    func forget(subject: String) throws(CatalogFailure)

    /// Forgets all personal values of a month (`YYYY-MM`).
    func forget(period: String) throws(CatalogFailure)

    /// What is better done while nobody waits: checkpoint, statistics.
    func rest() throws(CatalogFailure)
}

/// The catalog could not be read or written. The log is not concerned.
package struct CatalogFailure: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        /// The file is damaged, or is none of ours.
        case damaged
        /// It is of another log, or of another history of this one.
        case otherLog = "other_log"
        /// A newer version made it.
        case newer
        /// An older version made it, in a form that is no longer written.
        case older
        /// Another process keeps it.
        case inUse = "in_use"
        /// The field cannot be asked for in this way.
        case notCounted = "not_counted"
        case diskFull = "disk_full"
        /// It is locked, missing or may not be opened.
        case unavailable
        /// The caller gave up, or the deadline passed before anything could be said.
        case interrupted
        /// The leaves do not follow those that are there.
        case notNext = "not_next"
    }

    package var code: Code
    /// What the engine said.
    package var detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// Whether it says that the catalog can only be set aside.
    package var isOfNoUse: Bool { code == .damaged || code == .otherLog }

    /// What happened, and what to do.
    package var message: String {
        switch code {
        case .damaged:
            "The catalog is damaged (\(detail)). It is set aside and built anew; the log is not concerned."
        case .otherLog:
            "The catalog is of another log (\(detail)). It is set aside and built anew."
        case .newer:
            "The catalog was made by a newer version (\(detail)). Use that version, or run "
                + "`countersign catalog rebuild`."
        case .older:
            "The catalog was made by an older version (\(detail)). It is removed and built anew."
        case .inUse:
            "The catalog is kept by another process (\(detail)). Stop that one, or ask the server with "
                + "`countersign catalog rebuild`."
        case .notCounted:
            "The values of \(detail) are not counted. Count by a field with few values, such as service or status."
        case .diskFull:
            "The disk with the catalog is full (\(detail)). Make room; the catalog then catches up."
        case .unavailable:
            "The catalog cannot be opened (\(detail)). Check its folder and who may read it."
        case .interrupted: "The query took too long (\(detail)). Narrow its time range."
        case .notNext: "The catalog was given leaves out of order (\(detail)). Report this fault."
        }
    }
}
