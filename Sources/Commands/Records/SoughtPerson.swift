// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Catalog
import Disclosures
import LogReading
import Messages
import Query
import Search

/// Whom a command's query is about.
enum SoughtPerson {
    private static let deadline = Duration.seconds(60)

    /// The one person whom a query is about: ``Search/FoundPerson/sought(by:_:)``. Values are opened for that and not
    /// shown; what is shown is recorded before, and this is what the record's values are sealed by.
    static func of(
        _ query: RecordQuery, _ unit: SearchUnit, in snapshot: LogSnapshot, _ log: LogOptions,
        _ output: OutputOptions
    ) throws -> SubjectID? {
        if let stated = query.statedSubject { return stated }
        guard !query.personalGroups.isEmpty else { return nil }
        let kept = try SearchOptions.kept(of: snapshot, log, isOpen: true, output, isTold: false)
        let catalog: any CatalogReading = if let kept { kept } else { NoCatalog() }
        do throws(SearchFailure) {
            var search = try Search(
                query, unit: unit.catalogUnit, in: catalog, of: snapshot,
                ValueReader(opening: snapshot))
            return try search.person(within: deadline)
        } catch {
            guard case .behind = error else { throw CommandFailure(error) }
            return try read(query, snapshot)
        }
    }

    /// By reading the log.
    private static func read(
        _ query: RecordQuery, _ snapshot: LogSnapshot
    ) throws(CommandFailure) -> SubjectID? {
        var values = ValueReader(opening: snapshot)
        do throws(LogReadFailure) {
            return try FoundPerson.sought(by: query) { (query) throws(LogReadFailure) in
                var count = AccessCount(of: query, by: .named(.actor), every: nil)
                try count.take(snapshot, &values)
                return FoundPerson(
                    Set(count.counts.keys.compactMap(\.facet)), isNamed: query.namesAlone != nil)
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}
