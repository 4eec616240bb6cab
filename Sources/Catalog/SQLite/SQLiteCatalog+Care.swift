// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Disclosures
internal import LogReading
internal import Synchronization
internal import SystemPackage

extension SQLiteCatalog {
    /// Does something to stored rows; what the writer remembers of them is read again.
    private func change(
        _ body: (SQLiteConnection) throws(CatalogFailure) -> Void
    ) throws(CatalogFailure) {
        let writing = try writing
        try writing.connection.writing { (connection) throws(CatalogFailure) in
            writing.memory.withLock { $0 = nil }
            try body(connection)
        }
    }

    package func forget(subject: String) throws(CatalogFailure) {
        try change { (connection) throws(CatalogFailure) in
            try Self.forget(subject, on: connection)
        }
    }

    /// Takes the tokens out of all rows whose values the subject's key seals, and those that nobody else bears out of
    /// the dictionary.
    static func forget(
        _ subject: String, on connection: SQLiteConnection
    ) throws(CatalogFailure) {
        try note(subject, on: connection)
        if subject == SubjectID.tenant.text { return try forgetPaths(on: connection) }
        let find = try connection.statement("SELECT id FROM word WHERE field = ? AND text = ?")
        find.bind(SQLiteNumbers.Kind.actor.rawValue, at: 1)
        find.bind(text: subject, at: 2)
        guard try find.step() else { return }
        let owner = find.integer(0)
        find.reset()
        var statements = ["access INDEXED BY access_actor", "superseded"].map { table in
            """
            UPDATE \(table) SET name = iif(who_owner IS NULL AND name IS NOT NULL, -1, name),
            address = iif(where_owner IS NULL AND address IS NOT NULL, -1, address),
            agent = iif(where_owner IS NULL AND agent IS NOT NULL, -1, agent) WHERE actor = ?1
            """
        }
        for table in ["access", "superseded"] {
            for (column, owner) in [
                ("name", "who"), ("address", "where"), ("agent", "where"), ("path", "what"),
            ] {
                statements.append(
                    """
                    UPDATE \(table) SET \(column) = -1
                    WHERE \(owner)_owner = ?1 AND \(column) IS NOT NULL
                    """)
            }
        }
        let ofNobodyElse = """
            (SELECT token FROM bearer WHERE owner = ?1 AND NOT EXISTS
            (SELECT 1 FROM bearer AS other WHERE other.token = bearer.token AND other.owner <> ?1))
            """
        statements += [
            "DELETE FROM wider WHERE token IN \(ofNobodyElse)",
            "DELETE FROM token WHERE id IN \(ofNobodyElse)",
            """
            INSERT OR IGNORE INTO bearer SELECT \(SQLitePersonal.withheld), actor, 0 FROM bearer
            WHERE owner = ?1
            """, "DELETE FROM bearer WHERE owner = ?1",
        ]
        for sql in statements {
            let statement = try connection.statement(sql)
            statement.bind([owner])
            try statement.run()
        }
    }

    /// What is opened of it from here on has no tokens.
    private static func note(
        _ erased: String, on connection: SQLiteConnection
    ) throws(CatalogFailure) {
        let insert = try connection.statement("INSERT OR IGNORE INTO erased VALUES(?)")
        insert.bind(text: erased, at: 1)
        try insert.run()
    }

    /// The paths that the tenant's key seals are borne by nobody.
    private static func forgetPaths(on connection: SQLiteConnection) throws(CatalogFailure) {
        let ofTenant = """
            (SELECT id FROM token WHERE field = \(SQLitePersonal.path.rawValue)
            AND NOT EXISTS (SELECT 1 FROM bearer WHERE bearer.token = token.id))
            """
        for sql in [
            "UPDATE access SET path = -1 WHERE path > 0 AND what_owner IS NULL",
            "UPDATE superseded SET path = -1 WHERE path > 0 AND what_owner IS NULL",
            "DELETE FROM wider WHERE token IN \(ofTenant)",
            "DELETE FROM token WHERE id IN \(ofTenant)",
        ] {
            try connection.execute(sql)
        }
    }

    package func forget(period: String) throws(CatalogFailure) {
        try change { (connection) throws(CatalogFailure) in
            try Self.forget(period: period, on: connection)
        }
    }

    static func forget(
        period: String, on connection: SQLiteConnection
    ) throws(CatalogFailure) {
        try note(period, on: connection)
        var statements: [String] = []
        for table in ["access", "superseded"] {
            for column in SQLitePersonal.allCases.map(\.column) {
                statements.append(
                    """
                    UPDATE \(table) SET \(column) = -1
                    WHERE \(column) IN (SELECT id FROM token WHERE period = ?)
                    """)
            }
        }
        statements += [
            """
            INSERT OR IGNORE INTO bearer SELECT \(SQLitePersonal.withheld), actor, 0 FROM bearer
            WHERE token IN (SELECT id FROM token WHERE period = ?)
            """,
            "DELETE FROM wider WHERE token IN (SELECT id FROM token WHERE period = ?)",
            "DELETE FROM bearer WHERE token IN (SELECT id FROM token WHERE period = ?)",
            "DELETE FROM token WHERE period = ?",
        ]
        for sql in statements {
            let statement = try connection.statement(sql)
            statement.bind(text: period, at: 1)
            try statement.run()
        }
    }

    package func rest() throws(CatalogFailure) {
        let writing = try writing
        let size = try position()?.size ?? 0
        if try wantsStatistics() {
            // One index at a time, so that whoever stores rows waits for one only.
            for name in SQLiteSchema.indexes.keys.sorted() {
                try writing.connection.writing { (connection) throws(CatalogFailure) in
                    try connection.execute("ANALYZE \(name)")
                }
            }
            try writing.connection.writing { (connection) throws(CatalogFailure) in
                try connection.execute(
                    "INSERT OR REPLACE INTO meta VALUES('analyzed', '\(size)')")
            }
        }
        try writing.connection.exclusively { (connection) throws(CatalogFailure) in
            // Readers that are busy keep it from being cut off; the next rest tries again.
            _ = try connection.number("PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    /// Whether so much was stored since the last statistics that they are to be made anew.
    package func wantsStatistics() throws(CatalogFailure) -> Bool {
        let size = try position()?.size ?? 0
        let analyzed = try writing.connection.exclusively { (connection) throws(CatalogFailure) in
            try Self.analyzedSize(connection)
        }
        return size > 0 && analyzed <= size / 2
    }

    private static func analyzedSize(
        _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> UInt64 {
        let size = try connection.number("SELECT value FROM meta WHERE key = 'analyzed'") ?? 0
        return UInt64(clamping: size)
    }

    /// Bytes of the write-ahead log: what readers that stay open keep from being cut off.
    package func walBytes() throws(CatalogFailure) -> Int { try length("-wal") }

    /// Bytes of the file itself.
    package func fileBytes() throws(CatalogFailure) -> Int { try length("") }

    private func length(_ end: String) throws(CatalogFailure) -> Int {
        do throws(LogReadFailure) {
            return try OverlaidFile(FilePath(file.string + end), nil).lengthOnDisk ?? 0
        } catch {
            throw CatalogFailure(.unavailable, error.message)
        }
    }

    /// Closes the file, after the queries that run; those that come later fail.
    package func close() throws(CatalogFailure) {
        writer?.memory.withLock { $0 = nil }
        for reader in readers { try reader.close() }
        try writer?.connection.close()
    }
}
