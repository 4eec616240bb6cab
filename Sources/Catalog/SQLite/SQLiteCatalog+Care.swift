// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

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

    /// Whose key seals paths.
    private static let tenant = "tenant"

    /// Takes the tokens out of all rows of the subject, and those that nobody else bears out of the dictionary.
    static func forget(
        _ subject: String, on connection: SQLiteConnection
    ) throws(CatalogFailure) {
        if subject == tenant { return try forgetPaths(on: connection) }
        let find = try connection.statement("SELECT id FROM word WHERE field = ? AND text = ?")
        find.bind(SQLiteNumbers.Kind.actor.rawValue, at: 1)
        find.bind(text: subject, at: 2)
        guard try find.step() else { return }
        let actor = find.integer(0)
        find.reset()
        for table in ["access INDEXED BY access_actor", "superseded"] {
            let update = try connection.statement(
                """
                UPDATE \(table) SET name = iif(name IS NULL, NULL, -1),
                address = iif(address IS NULL, NULL, -1),
                agent = iif(agent IS NULL, NULL, -1) WHERE actor = ?
                """)
            update.bind([actor])
            try update.run()
        }
        for sql in [
            """
            DELETE FROM wider WHERE token IN (SELECT token FROM bearer WHERE actor = ?1
            AND NOT EXISTS (SELECT 1 FROM bearer AS other WHERE other.token = bearer.token
            AND other.actor <> ?1))
            """,
            """
            DELETE FROM token WHERE id IN (SELECT token FROM bearer WHERE actor = ?1
            AND NOT EXISTS (SELECT 1 FROM bearer AS other WHERE other.token = bearer.token
            AND other.actor <> ?1))
            """, "DELETE FROM bearer WHERE actor = ?1",
            "INSERT INTO bearer VALUES(\(SQLitePersonal.withheld), ?1)",
        ] {
            let delete = try connection.statement(sql)
            delete.bind([actor])
            try delete.run()
        }
    }

    private static func forgetPaths(on connection: SQLiteConnection) throws(CatalogFailure) {
        let field = SQLitePersonal.path.rawValue
        for sql in [
            "UPDATE access SET path = -1 WHERE path > 0",
            "UPDATE superseded SET path = -1 WHERE path > 0",
            "DELETE FROM wider WHERE field = \(field)", "DELETE FROM token WHERE field = \(field)",
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
            INSERT OR IGNORE INTO bearer SELECT \(SQLitePersonal.withheld), actor FROM bearer
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
