// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Catalog
import LogReading
import Messages
import Query
import Search

/// How many accesses a query finds in a log, by its catalog or by reading it.
struct CountedQuery {
    let snapshot: LogSnapshot
    let log: LogOptions
    let search: SearchOptions
    let output: OutputOptions

    /// - Parameter reader: opens values where the query needs them.
    func count(_ query: RecordQuery, _ reader: inout ValueReader) throws -> AccessCount {
        var count = AccessCount(of: query.ofAccesses, by: nil, every: nil)
        do {
            if let catalog = try search.catalog(of: snapshot, log, isOpen: reader.isOpen, output) {
                do {
                    var found = try Search(
                        count.query, unit: .access, in: catalog, of: snapshot, reader)
                    if try count.take(&found, top: 1) { return count }
                } catch SearchFailure.behind {
                    // The log has all of it.
                }
            }
            try count.take(snapshot, &reader)
            return count
        } catch let failure as LogReadFailure {
            throw CommandFailure(failure)
        } catch let failure as SearchFailure {
            throw CommandFailure(failure)
        }
    }
}
