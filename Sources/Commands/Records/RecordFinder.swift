// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Catalog
import Disclosures
import LogReading
import Merkle
import Messages
import Query
import Search

/// What was found, but for the rows, which were handed over.
struct FoundRecords {
    /// One record, or the newest record of an access.
    struct Row {
        let index: UInt64
        let leaf: [UInt8]
    }

    var count = 0
    /// How many are no record that this version can read.
    var unread = 0
    /// How many depend on values that are sealed or erased.
    var undecided = 0
    /// Whether there may be more.
    var hasMore = false
    /// How many there are in all, where that is known.
    var total: Int64?
    /// Indices that were looked at.
    var looked: Range<UInt64> = 0..<0
    /// What stood in the way where nothing was found.
    var hints: [SafeText] = []
}

/// Finds records, the newest first: through the log's catalog where there is one, else by reading the log.
struct RecordFinder {
    let query: RecordQuery
    let unit: SearchUnit
    /// Most rows that are wanted; nil for all.
    let limit: Int?
    let search: SearchOptions
    let log: LogOptions
    let output: OutputOptions

    /// How long a page, or a count that is only told beside rows, may take.
    private static let pageDeadline = Duration.seconds(60)
    private static let countDeadline = Duration.milliseconds(200)

    /// - Parameters:
    ///   - values: opens what the query depends on.
    ///   - moved: is told if the log is read as it stands later than in the snapshot.
    func find(
        in snapshot: LogSnapshot, _ values: inout ValueReader,
        _ show: (FoundRecords.Row, inout ValueReader) throws -> Void, moved: (LogSnapshot) -> Void
    ) throws -> FoundRecords {
        let catalog = try search.catalog(
            of: snapshot, log, isOpen: values.isOpen && !query.personalGroups.isEmpty, output)
        if let catalog {
            do {
                return try find(in: catalog, snapshot, &values, show, moved)
            } catch SearchFailure.behind(let count) {
                try output.messages.line(
                    "\(SearchFailure.behind(count).message) The log is read now.")
            }
        }
        return try read(snapshot, &values, show)
    }

    private func read(
        _ snapshot: LogSnapshot, _ values: inout ValueReader,
        _ show: (FoundRecords.Row, inout ValueReader) throws -> Void
    ) throws -> FoundRecords {
        let scan = RecordScan(snapshot: snapshot, query: query, limit: limit, unit: unit)
        let outcome = try scan.run(&values) { hit, values in
            try show(FoundRecords.Row(index: hit.index.value, leaf: hit.leaf), &values)
        }
        var found = FoundRecords(
            count: outcome.hits, unread: outcome.unread, undecided: outcome.undecided)
        found.hasMore = outcome.hits == limit
        found.looked = outcome.looked
        if outcome.hits == 0 { found.hints = outcome.misses.hints }
        return found
    }

    private func find(
        in catalog: SQLiteCatalog, _ snapshot: LogSnapshot, _ values: inout ValueReader,
        _ show: (FoundRecords.Row, inout ValueReader) throws -> Void, _ moved: (LogSnapshot) -> Void
    ) throws -> FoundRecords {
        var search = try Search(query, unit: unit.catalogUnit, in: catalog, of: snapshot, values)
        var found = FoundRecords()
        var size = snapshot.size
        // Records have no order by time that leads to few of them.
        let order: CatalogOrder = unit == .access ? .newestFirst : .lastIndexFirst
        var after: SearchCursor?
        repeat {
            let page = try search.page(
                order, after: after, limit: min((limit ?? Int.max) - found.count, Self.mostRows),
                deadline: Self.pageDeadline)
            if search.snapshot.size != size {
                size = search.snapshot.size
                moved(search.snapshot)
                values =
                    values.isOpen
                    ? ValueReader(opening: search.snapshot)
                    : ValueReader(sealing: search.snapshot)
            }
            for row in page.rows {
                try show(FoundRecords.Row(index: row.index, leaf: row.leaf), &values)
            }
            found.count += page.rows.count
            found.unread += page.unread
            found.undecided += page.undecided.total
            after = page.next
        } while after != nil && found.count < limit ?? Int.max
        found.looked = 0..<size.count
        found.hasMore = after != nil
        if found.count == 0 {
            found.hints = Self.hints(try search.reasons(within: Self.countDeadline), unit)
        } else if found.hasMore {
            let count = try search.count(within: Self.countDeadline)
            if count.relation == .exact {
                found.total = unit == .access ? count.accesses : count.records
            }
        }
        return found
    }

    private static let mostRows = CatalogPageRequest.mostRows

    private static func hints(_ reasons: SearchReasons, _ unit: SearchUnit) -> [SafeText] {
        var hints: [SafeText] = reasons.meant.map { meant in
            let word = if case .text(let text) = meant.term.value { text } else { "" }
            return
                "No record has the \(meant.term.field.text) `\(word)`; \(meant.count) have `\(meant.nearest)`."
        }
        for (condition, count) in reasons.without {
            let number = unit == .access ? count.accesses : count.records
            let least: SafeText = count.relation == .exact ? "" : "at least "
            hints.append(
                "Without `\(QueryText.of(condition))` there would be " + least + "\(number).")
        }
        return hints
    }

    /// How records will be found, in words.
    func plan() throws -> String {
        let snapshot: LogSnapshot
        do throws(CommandFailure) {
            snapshot = try log.snapshot()
        } catch {
            guard error.status == .notFound else { throw error }
            return "there is no log to look at"
        }
        guard let catalog = try search.catalog(of: snapshot, log, isOpen: false, output) else {
            return "reads the log, \(snapshot.size.count) records, the newest first"
        }
        let size = try catalog.position()?.size ?? 0
        let personal = query.personalGroups.map(\.rawValue).sorted().joined(separator: ", ")
        let isExact = SearchTranslation(query, unit: unit.catalogUnit, sight: .openedByToken)
            .isExact
        return "asks the catalog, which has \(size) of \(snapshot.size.count) records; "
            + (isExact
                ? "it decides by itself"
                : "what it finds is read from the log and compared"
                    + (personal.isEmpty ? "" : ", with \(personal) opened"))
    }
}
