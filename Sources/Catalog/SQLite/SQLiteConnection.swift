// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import GRDBSQLite
internal import SystemPackage

/// One connection to the catalog's file, and its statements.
///
/// Safe: everything is done inside the connection's queue, one caller at a time.
@safe final class SQLiteConnection: @unchecked Sendable {
    private let queue: DatabaseQueue
    private let handle: OpaquePointer
    /// By their text.
    private var statements: [String: SQLiteStatement] = [:]
    private let limit = QueryLimit()
    /// Whoever still has the connection then gets a failure, as its statements are gone.
    private var isClosed = false

    /// Opens the file.
    ///
    /// - Parameter isWriter: the one connection that writes and checkpoints. All others open the file read-only, so
    ///   that closing the last of them leaves the write-ahead log to the next writer.
    init(_ file: FilePath, isWriter: Bool) throws(CatalogFailure) {
        var configuration = Configuration()
        configuration.readonly = !isWriter
        configuration.busyMode = .timeout(isWriter ? 0.25 : 5)
        configuration.label = isWriter ? "catalog.writer" : "catalog.reader"
        do {
            queue = try DatabaseQueue(path: file.string, configuration: configuration)
            unsafe handle = try queue.inDatabase { database in
                guard let handle = unsafe database.sqliteConnection else {
                    throw CatalogFailure(.unavailable, "no connection")
                }
                return unsafe handle
            }
        } catch {
            throw CatalogFailure(error)
        }
        try exclusively { (connection) throws(CatalogFailure) in
            for pragma in isWriter ? Self.writing : Self.reading {
                try connection.execute("PRAGMA " + pragma)
            }
            unsafe connection.limit.install(on: connection.handle)
        }
    }

    private static let writing = [
        "journal_mode = WAL", "synchronous = NORMAL", "journal_size_limit = 67108864",
        "wal_autocheckpoint = 2000", "cache_size = -65536", "temp_store = MEMORY",
        "secure_delete = ON",
    ]
    private static let reading = ["cache_size = -32768", "temp_store = MEMORY"]

    /// Runs something on the connection while nobody else does.
    ///
    /// - Parameter deadline: after which statements are interrupted.
    func exclusively<Result>(
        within deadline: Duration? = nil,
        _ body: (SQLiteConnection) throws(CatalogFailure) -> Result
    ) throws(CatalogFailure) -> Result {
        do {
            return try queue.inDatabase { _ in
                guard !isClosed else {
                    throw CatalogFailure(.unavailable, "it was closed; ask again")
                }
                limit.begin(deadline)
                defer { limit.begin(nil) }
                return try body(self)
            }
        } catch {
            throw CatalogFailure(error)
        }
    }

    /// Reads one moment of the catalog; over when `body` is, so that no reader holds up the checkpoints.
    ///
    /// - Parameter deadline: after which statements are interrupted; nil where ``asking(within:_:)`` says it.
    func reading<Result>(
        within deadline: Duration?,
        _ body: (SQLiteConnection) throws(CatalogFailure) -> Result
    ) throws(CatalogFailure) -> Result {
        try exclusively(within: deadline) { (connection) throws(CatalogFailure) in
            try connection.execute("BEGIN")
            return try connection.ending("COMMIT", body)
        }
    }

    /// Asks one thing of several within a moment; nil if the time was over before anything could be said.
    func asking<Result>(
        within deadline: Duration, _ body: () throws(CatalogFailure) -> Result
    ) throws(CatalogFailure) -> Result? {
        limit.begin(deadline)
        defer { limit.begin(nil) }
        do throws(CatalogFailure) {
            return try body()
        } catch {
            guard error.code == .interrupted else { throw error }
            for statement in statements.values { statement.reset() }
            return nil
        }
    }

    /// Writes all of something or nothing.
    func writing<Result>(
        _ body: (SQLiteConnection) throws(CatalogFailure) -> Result
    ) throws(CatalogFailure) -> Result {
        try exclusively { (connection) throws(CatalogFailure) in
            try connection.execute("BEGIN IMMEDIATE")
            return try connection.ending("COMMIT", body)
        }
    }

    private func ending<Result>(
        _ end: String, _ body: (SQLiteConnection) throws(CatalogFailure) -> Result
    ) throws(CatalogFailure) -> Result {
        do throws(CatalogFailure) {
            let result = try body(self)
            for statement in statements.values { statement.reset() }
            try execute(end)
            return result
        } catch {
            limit.begin(nil)
            for statement in statements.values { statement.reset() }
            // A full disk has rolled back by itself.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try execute("ROLLBACK") }
            throw error
        }
    }

    /// A statement that is kept for the next time.
    func statement(_ sql: String) throws(CatalogFailure) -> SQLiteStatement {
        if let known = statements[sql] {
            known.reset()
            return known
        }
        let statement = try unsafe SQLiteStatement(sql, on: handle)
        statements[sql] = statement
        return statement
    }

    /// A statement of the caller's own, where several with one text run side by side.
    func ownStatement(_ sql: String) throws(CatalogFailure) -> SQLiteStatement {
        try unsafe SQLiteStatement(sql, on: handle)
    }

    func execute(_ sql: String) throws(CatalogFailure) {
        // Safe: the connection is alive, and the text is copied.
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw unsafe CatalogFailure(sqlite: code, on: handle) }
    }

    /// The first number of the first row; nil if there is none.
    func number(_ sql: String, _ values: [Int64?] = []) throws(CatalogFailure) -> Int64? {
        let statement = try statement(sql)
        statement.bind(values)
        defer { statement.reset() }
        return try statement.step() ? statement.optional(0) : nil
    }

    /// How long the running query may still take.
    var isOver: Bool { limit.isOver }

    /// Closes the file once the query that runs has ended.
    func close() throws(CatalogFailure) {
        do {
            let wasClosed = queue.inDatabase { _ in
                statements.removeAll()
                defer { isClosed = true }
                return isClosed
            }
            if !wasClosed { try queue.close() }
        } catch {
            throw CatalogFailure(error)
        }
    }
}

/// When a connection's statement has to stop.
///
/// Safe: set and read inside the connection's queue, SQLite's callback included.
private final class QueryLimit: @unchecked Sendable {
    private var end: ContinuousClock.Instant?
    private let clock = ContinuousClock()

    var isOver: Bool { end.map { clock.now >= $0 } ?? false }

    /// Takes the time for what comes next; nil for as long as it takes.
    func begin(_ deadline: Duration?) { end = deadline.map { clock.now + $0 } }

    /// Has SQLite ask every few thousand steps of its machine.
    func install(on handle: OpaquePointer) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        // Safe: the connection's object keeps this one for as long as the handle is open.
        unsafe sqlite3_progress_handler(
            handle, 4096,
            { context in
                guard let context = unsafe context else { return 0 }
                let limit = unsafe Unmanaged<QueryLimit>.fromOpaque(context).takeUnretainedValue()
                return limit.isOver ? 1 : 0
            }, context)
    }
}

extension CatalogFailure {
    /// What went wrong, as it is told outside.
    init(_ error: any Error) {
        if let failure = error as? CatalogFailure {
            self = failure
        } else if let error = error as? DatabaseError {
            self.init(
                sqlite: error.extendedResultCode.rawValue, error.message ?? "\(error.resultCode)")
        } else {
            self.init(.unavailable, "\(error)")
        }
    }
}
