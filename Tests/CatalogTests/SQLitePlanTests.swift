// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import GRDB
import SystemPackage
import TestSupport
import Testing

@testable import Catalog

@Suite struct `How SQLite runs the catalog's statements` {
    /// Every path that a page or a count may read.
    private static let paths: [SQLiteSource.Path] = [
        .accesses(index: "access_time", column: nil),
        .accesses(index: "access_rare", column: nil),
        .accesses(index: "access_actor", column: .actor),
        .accesses(index: "access_session", column: .session),
        .accesses(index: "access_other_ids", column: .otherIDs),
        .accesses(index: "access_trace", column: .traceHigh),
        .accesses(index: "access_uid", column: .uidHigh),
        .accesses(index: "access_address", column: .address),
        .accesses(index: "access_path", column: .path),
        .accesses(index: "access_agent", column: .agent),
        .singleRecords, .lastRecords, .supersededRecords, .singleByIndex, .lastByIndex,
        .supersededByIndex,
    ]

    /// What SQLite says that it does, a line a step.
    private static func steps(_ sql: String, _ queue: DatabaseQueue) throws -> [String] {
        try queue.read { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            let last = (1...4).last { sql.contains("?\($0)") } ?? sql.count { $0 == "?" }
            let values = [Int](repeating: 0, count: last)
            return try Row.fetchAll(statement, arguments: StatementArguments(values))
                .map { $0["detail"] ?? "" }
        }
    }

    @Test func `uses an index for rows and for their order, with statistics and without`() throws {
        let sample = try SampleCatalog(100_000, seed: 20, batch: 20_000)
        let queue = try DatabaseQueue(path: sample.catalog.file.string)
        for isAnalyzed in [false, true] {
            if isAnalyzed { try sample.catalog.rest() }
            for path in Self.paths {
                for isDescending in [true, false] {
                    let sql = SQLiteSource.sql(
                        path, columns: [.duration], isDescending: isDescending)
                    let steps = try Self.steps(sql, queue)
                    #expect(steps.count == 1, "\(steps) \(sql)")
                    #expect(steps.allSatisfy { $0.hasPrefix("SEARCH") }, "\(steps) \(sql)")
                }
            }
            for sql in [
                SQLiteCounter.tallies, SQLiteCounter.accessRows, SQLiteCounter.supersededRows,
            ] {
                let steps = try Self.steps(sql, queue)
                #expect(steps.count == 1 && steps[0].hasPrefix("SEARCH"), "\(steps) \(sql)")
            }
        }
        try queue.close()
    }

    @Test func `needs at most four hundred bytes a record`() throws {
        let sample = try SampleCatalog(30_000, seed: 21, step: 2_592_000, batch: 10_000)
        try sample.catalog.rest()
        let bytes = try sample.folder.read(SQLiteCatalog.fileName).count
        #expect(bytes / 30_000 <= 400, "\(bytes / 30_000) bytes a record")
    }
}
