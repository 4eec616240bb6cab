// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import LogReading

/// The catalog as one reading transaction sees it.
struct SQLiteMoment: CatalogReading {
    private let catalog: SQLiteCatalog
    private let connection: SQLiteConnection

    init(_ catalog: SQLiteCatalog, _ connection: SQLiteConnection) {
        self.catalog = catalog
        self.connection = connection
    }

    var hasTokens: Bool { catalog.hasTokens }

    func position() throws(CatalogFailure) -> CatalogPosition? {
        let position = try connection.asking(within: Self.short) { () throws(CatalogFailure) in
            try SQLiteCatalog.position(connection)
        }
        guard let position else { throw Self.tooLong(Self.short) }
        return position
    }

    func addressNetworks() throws(CatalogFailure) -> [Int64: Int64] {
        let statement = try connection.statement(
            "SELECT token, value FROM wider WHERE field = ? ORDER BY field, value, token")
        statement.bind([SQLitePersonal.address.rawValue])
        defer { statement.reset() }
        // Networks lie within one another: who has all of them in common is of the narrowest.
        var prefixes: [Int64: [Int64]] = [:]
        while try statement.step() {
            prefixes[statement.integer(0), default: []].append(statement.integer(1))
        }
        var numbers: [[Int64]: Int64] = [:]
        return prefixes.mapValues { prefixes in
            if let known = numbers[prefixes] { return known }
            numbers[prefixes] = Int64(numbers.count)
            return Int64(numbers.count - 1)
        }
    }

    func sealed(around index: UInt64) throws(CatalogFailure) -> Range<Int>? {
        let statement = try connection.statement("SELECT low, high FROM sealed WHERE stretch = ?")
        statement.bind([Int64(SealedStretch.number(of: index))])
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let (low, high) = (Int(statement.integer(0)), Int(statement.integer(1)))
        return 0 <= low && low < high ? low..<high : nil
    }

    /// For what takes a few steps.
    private static let short = Duration.seconds(10)

    private static func tooLong(_ deadline: Duration) -> CatalogFailure {
        CatalogFailure(.interrupted, "\(deadline)")
    }

    /// Answers a query; nil if its time was over before anything could be said.
    private func query<Result>(
        _ query: CatalogQuery, within deadline: Duration,
        _ body: (SQLiteQuery) throws(CatalogFailure) -> Result
    ) throws(CatalogFailure) -> Result? {
        try connection.asking(within: deadline) { () throws(CatalogFailure) in
            try body(
                try SQLiteQuery(
                    query, origin: catalog.origin, tokens: catalog.tokens, shapes: catalog.shapes,
                    on: connection))
        }
    }

    func page(_ request: CatalogPageRequest) throws(CatalogFailure) -> CatalogPage {
        let page = try query(request.query, within: request.deadline) {
            (query) throws(CatalogFailure) in
            var pager = SQLitePager(query, request, patience: catalog.patience)
            return try pager.page(areCandidates: request.query.filter.asksForPersonal)
        }
        guard let page else { throw Self.tooLong(request.deadline) }
        return page
    }

    func count(
        _ query: CatalogQuery, within deadline: Duration
    ) throws(CatalogFailure) -> CatalogCount {
        try self.query(query, within: deadline) { (query) throws(CatalogFailure) in
            try SQLiteCounter(query: query).count()
        } ?? CatalogCount(accesses: 0, records: 0, undecided: 0, relation: .timedOut)
    }

    func histogram(
        _ query: CatalogQuery, every interval: CatalogInterval, by field: CatalogField,
        within deadline: Duration
    ) throws(CatalogFailure) -> CatalogHistogram {
        guard field.aspect != nil else { throw CatalogFailure(.notCounted, field.rawValue) }
        return try self.query(query, within: deadline) { (query) throws(CatalogFailure) in
            try SQLiteCounter(query: query).histogram(every: interval, by: field)
        } ?? CatalogHistogram(bars: [], relation: .timedOut)
    }

    func facets(
        _ query: CatalogQuery, of fields: [CatalogField], most: Int, within deadline: Duration
    ) throws(CatalogFailure) -> [CatalogFacet] {
        if let field = fields.first(where: { !$0.isCounted }) {
            throw CatalogFailure(.notCounted, field.rawValue)
        }
        let needRows = try self.query(query, within: deadline) {
            (query) throws(CatalogFailure) in
            fields.filter(SQLiteCounter(query: query).needsRows)
        }
        let (byRows, byCounts) = (
            needRows ?? [], fields.filter { !(needRows ?? fields).contains($0) }
        )
        var found: [CatalogField: CatalogFacet] = [:]
        for field in byCounts {
            found[field] = try self.query(query, within: deadline) {
                (query) throws(CatalogFailure) in
                try SQLiteCounter(query: query).facet(of: field, most: most)
            }
        }
        if !byRows.isEmpty {
            let facets = try self.query(query, within: deadline) {
                (query) throws(CatalogFailure) in
                try SQLiteCounter(query: query).facetsByRows(of: byRows, most: most)
            }
            for facet in facets ?? [] { found[facet.field] = facet }
        }
        return fields.map { field in
            found[field]
                ?? CatalogFacet(field: field, values: [], others: 0, none: 0, relation: .timedOut)
        }
    }

    func pairs(
        _ query: CatalogQuery, with field: CatalogField, within deadline: Duration
    ) throws(CatalogFailure) -> CatalogPairs {
        guard field.isPaired else { throw CatalogFailure(.notCounted, field.rawValue) }
        return try self.query(query, within: deadline) { (query) throws(CatalogFailure) in
            try SQLiteCounter(query: query).pairs(with: field)
        } ?? CatalogPairs([], .timedOut)
    }

    func records(of uid: UniqueID) throws(CatalogFailure) -> [UInt64] {
        let records = try connection.asking(within: Self.short) {
            () throws(CatalogFailure) -> [UInt64] in
            let find = try connection.statement(
                """
                SELECT id, ifnull(last, id) FROM access INDEXED BY access_uid
                WHERE uid_high = ? AND uid_low = ?
                """)
            find.bind([uid.halves.0, uid.halves.1])
            let before = try connection.statement(
                "SELECT id FROM superseded INDEXED BY superseded_access WHERE access = ?")
            var records: [UInt64] = []
            while try find.step() {
                before.bind([find.integer(0)])
                while try before.step() { records.append(UInt64(before.integer(0))) }
                records.append(UInt64(find.integer(1)))
            }
            return records.sorted()
        }
        guard let records else { throw Self.tooLong(Self.short) }
        return records
    }

    func atOneMoment(_ body: (any CatalogReading) -> Void) throws(CatalogFailure) { body(self) }
}

extension SQLiteCatalog {
    /// Answers one question from a moment of its own.
    private func answer<Answer>(
        _ body: (SQLiteMoment) throws(CatalogFailure) -> Answer
    ) throws(CatalogFailure) -> Answer {
        try reader.reading(within: nil) { (connection) throws(CatalogFailure) in
            try body(SQLiteMoment(self, connection))
        }
    }

    package func position() throws(CatalogFailure) -> CatalogPosition? {
        try answer { (moment) throws(CatalogFailure) in try moment.position() }
    }

    package func addressNetworks() throws(CatalogFailure) -> [Int64: Int64] {
        try answer { (moment) throws(CatalogFailure) in try moment.addressNetworks() }
    }

    package func sealed(around index: UInt64) throws(CatalogFailure) -> Range<Int>? {
        try answer { (moment) throws(CatalogFailure) in try moment.sealed(around: index) }
    }

    package func page(_ request: CatalogPageRequest) throws(CatalogFailure) -> CatalogPage {
        try answer { (moment) throws(CatalogFailure) in try moment.page(request) }
    }

    package func count(
        _ query: CatalogQuery, within deadline: Duration
    ) throws(CatalogFailure) -> CatalogCount {
        try answer { (moment) throws(CatalogFailure) in
            try moment.count(query, within: deadline)
        }
    }

    package func histogram(
        _ query: CatalogQuery, every interval: CatalogInterval, by field: CatalogField,
        within deadline: Duration
    ) throws(CatalogFailure) -> CatalogHistogram {
        try answer { (moment) throws(CatalogFailure) in
            try moment.histogram(query, every: interval, by: field, within: deadline)
        }
    }

    package func facets(
        _ query: CatalogQuery, of fields: [CatalogField], most: Int, within deadline: Duration
    ) throws(CatalogFailure) -> [CatalogFacet] {
        try answer { (moment) throws(CatalogFailure) in
            try moment.facets(query, of: fields, most: most, within: deadline)
        }
    }

    package func pairs(
        _ query: CatalogQuery, with field: CatalogField, within deadline: Duration
    ) throws(CatalogFailure) -> CatalogPairs {
        try answer { (moment) throws(CatalogFailure) in
            try moment.pairs(query, with: field, within: deadline)
        }
    }

    package func records(of uid: UniqueID) throws(CatalogFailure) -> [UInt64] {
        try answer { (moment) throws(CatalogFailure) in try moment.records(of: uid) }
    }

    package func atOneMoment(
        _ body: (any CatalogReading) -> Void
    ) throws(CatalogFailure) {
        try answer { body($0) }
    }
}
