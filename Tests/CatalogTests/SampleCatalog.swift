// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import SystemPackage
import TestSupport

/// A catalog of generated leaves in a folder of its own, and the leaves.
struct SampleCatalog {
    let folder: TestDirectory
    let catalog: SQLiteCatalog
    let leaves: [[UInt8]]

    static let origin = "log.example"

    /// - Parameters:
    ///   - step: microseconds between two accesses.
    ///   - batch: leaves of one transaction.
    init(
        _ count: Int, seed: UInt64, step: Int64 = 20_000_000, actors: Int = 40, batch: Int = 1000,
        patience: Int? = nil
    ) throws {
        var generator = CatalogLeaves(seed: seed, step: step, actors: actors)
        try self.init(
            (0..<count).map { _ in generator.next() }, batch: batch, patience: patience)
    }

    init(_ leaves: [[UInt8]], batch: Int = 1000, patience: Int? = nil) throws {
        folder = try TestDirectory()
        self.leaves = leaves
        catalog = try Self.open(folder, patience: patience)
        try Self.append(leaves[...], to: catalog, batch: batch)
    }

    static func open(
        _ folder: TestDirectory, tokens: PersonalTokenizer? = nil, patience: Int? = nil
    ) throws -> SQLiteCatalog {
        try SQLiteCatalog(
            writing: folder.path.appending(SQLiteCatalog.fileName), origin: origin,
            tokens: tokens, patience: patience)
    }

    static func append(
        _ leaves: ArraySlice<[UInt8]>, to catalog: some CatalogStorage, batch size: Int = 1000
    ) throws {
        var batch = CatalogBatch()
        for (place, leaf) in leaves.enumerated() {
            let index = UInt64(leaves.startIndex + place)
            batch.append(leaf, at: index, values: nil)
            if batch.leaves.count == size || place == leaves.count - 1 {
                try catalog.append(batch, reaching: position(index + 1))
                batch.removeAll()
            }
        }
    }

    static func position(_ size: UInt64) -> CatalogPosition {
        CatalogPosition(origin: origin, size: size, root: "root-\(size)")
    }
}

extension CatalogStorage {
    /// All rows, page by page.
    func all(
        _ query: CatalogQuery, _ order: CatalogOrder = .newestFirst, by limit: Int
    ) throws -> [CatalogRow] {
        var rows: [CatalogRow] = []
        var after: CatalogCursor?
        repeat {
            let page = try page(
                CatalogPageRequest(
                    query, order: order, after: after, limit: limit, deadline: .seconds(60)))
            rows += page.rows
            after = page.next
        } while after != nil
        return rows
    }
}

extension CatalogFilter {
    static func field(_ field: CatalogField, _ comparison: CatalogComparison) -> Self {
        .test(CatalogTest(field, comparison))
    }
}
