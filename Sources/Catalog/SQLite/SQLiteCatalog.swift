// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization
package import SystemPackage

/// The catalog in one SQLite file.
///
/// One connection writes and checkpoints; the others read (SQLite before 3.51.3 can damage a file that one connection
/// writes while another checkpoints it).
package final class SQLiteCatalog: CatalogStorage {
    /// The catalog's file in its folder.
    package static let fileName = "catalog.sqlite"

    package let file: FilePath
    let origin: String
    let tokens: PersonalTokenizer?
    let patience: Int
    let writer: Writing?
    let readers: [SQLiteConnection]
    private let turn = Atomic(0)
    let shapes = SQLiteShapes()

    /// The one that writes, and what it remembers of what it wrote; nil after a failure, which may have undone it.
    final class Writing: Sendable {
        let connection: SQLiteConnection
        let memory: Mutex<SQLiteWriter?>

        init(_ connection: SQLiteConnection, _ writer: SQLiteWriter) {
            self.connection = connection
            memory = Mutex(writer)
        }
    }

    /// Opens a catalog, and makes it where there is none.
    ///
    /// - Parameters:
    ///   - origin: the log's name.
    ///   - tokens: nil where personal values can be neither stored nor asked for.
    ///   - readers: how many queries run side by side.
    ///   - patience: rows that a page looks at before it goes on by blocks; nil for the usual number.
    package init(
        writing file: FilePath, origin: String, tokens: PersonalTokenizer?, readers: Int = 2,
        patience: Int? = nil
    ) throws(CatalogFailure) {
        self.patience = patience ?? SQLitePlan.usualPatience
        self.file = file
        self.origin = origin
        self.tokens = tokens
        try Self.makePrivate(file)
        let connection = try SQLiteConnection(file, isWriter: true)
        try connection.writing { (connection) throws(CatalogFailure) in
            try Self.check(connection, mayCreate: true)
            try Self.check(origin, connection)
        }
        let memory = try connection.reading(within: .seconds(600)) {
            (connection) throws(CatalogFailure) in try SQLiteWriter(connection)
        }
        writer = Writing(connection, memory)
        self.readers = try Self.readers(file, readers)
    }

    /// Makes the file and has it readable by its owner only, like everything else of the log: SQLite would make it readable
    /// by all. It gives the files beside it the same permissions.
    private static func makePrivate(_ file: FilePath) throws(CatalogFailure) {
        do {
            let opened = try FileDescriptor.open(
                file, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
            try opened.closeAfter {
                var known = stat()
                // Safe: the call writes into the value while it runs, and keeps nothing.
                guard unsafe fstat(opened.rawValue, &known) == 0 else {
                    throw Errno(rawValue: errno)
                }
                guard known.st_mode & 0o077 != 0, known.st_uid == geteuid() else { return }
                guard fchmod(opened.rawValue, known.st_mode & 0o7700) == 0 else {
                    throw Errno(rawValue: errno)
                }
            }
        } catch {
            throw CatalogFailure(error)
        }
    }

    /// Opens a catalog that another process may be writing.
    package init(
        reading file: FilePath, origin: String, tokens: PersonalTokenizer?
    ) throws(CatalogFailure) {
        self.file = file
        self.origin = origin
        self.tokens = tokens
        writer = nil
        patience = SQLitePlan.usualPatience
        readers = try Self.readers(file, 1)
        try readers[0].reading(within: .seconds(10)) { (connection) throws(CatalogFailure) in
            try Self.check(connection, mayCreate: false)
            try Self.check(origin, connection)
        }
    }

    private static func readers(
        _ file: FilePath, _ count: Int
    ) throws(CatalogFailure) -> [SQLiteConnection] {
        var readers: [SQLiteConnection] = []
        for _ in 0..<max(1, count) {
            readers.append(try SQLiteConnection(file, isWriter: false))
        }
        return readers
    }

    /// Whether the file is a catalog of this version; an empty one becomes one.
    private static func check(
        _ connection: SQLiteConnection, mayCreate: Bool
    ) throws(CatalogFailure) {
        let application = try connection.number("PRAGMA application_id") ?? 0
        let version = try connection.number("PRAGMA user_version") ?? 0
        let tables = try connection.number("SELECT count(*) FROM sqlite_master") ?? 0
        if application == 0, version == 0, tables == 0, mayCreate {
            return try SQLiteSchema.create(on: connection)
        }
        guard application == SQLiteSchema.application else {
            throw CatalogFailure(.damaged, "not a catalog")
        }
        guard version == SQLiteSchema.version else {
            throw CatalogFailure(
                version > SQLiteSchema.version ? .newer : .older,
                "form \(version), known here: \(SQLiteSchema.version)")
        }
    }

    private static func check(
        _ origin: String, _ connection: SQLiteConnection
    ) throws(CatalogFailure) {
        guard let stored = try position(connection)?.origin, stored != origin else { return }
        throw CatalogFailure(.otherLog, "it is of \(stored)")
    }

    static func position(
        _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> CatalogPosition? {
        let statement = try connection.statement("SELECT key, value FROM meta")
        var values: [String: String] = [:]
        while try statement.step() { values[statement.text(0)] = statement.text(1) }
        guard let origin = values["origin"], let root = values["root"],
            let size = values["size"].flatMap({ UInt64($0) })
        else { return nil }
        return CatalogPosition(origin: origin, size: size, root: root)
    }

    package var hasTokens: Bool { tokens != nil }

    /// Any of them, in turn.
    var reader: SQLiteConnection {
        let number = turn.add(1, ordering: .relaxed).oldValue
        return readers[Int(UInt(bitPattern: number) % UInt(readers.count))]
    }

    var writing: Writing {
        get throws(CatalogFailure) {
            guard let writer else { throw CatalogFailure(.unavailable, "opened for reading only") }
            return writer
        }
    }

    package func append(
        _ batch: CatalogBatch, reaching position: CatalogPosition
    ) throws(CatalogFailure) {
        let writing = try writing
        try writing.connection.writing { (connection) throws(CatalogFailure) in
            let size = try Self.position(connection)?.size ?? 0
            let start = size + batch.skipped
            guard position.size == start + UInt64(batch.leaves.count),
                batch.leaves.first.map({ $0.index == start }) ?? true
            else { throw CatalogFailure(.notNext, "\(size) leaves are there") }
            let memory = writing.memory.withLock { $0.take() }
            // What a failed transaction left in memory is gone with it.
            let writer: SQLiteWriter
            if let memory { writer = memory } else { writer = try SQLiteWriter(connection) }
            try writer.append(batch, on: connection)
            let state = try connection.statement("INSERT OR REPLACE INTO meta VALUES(?, ?)")
            for (key, value) in [
                ("origin", position.origin), ("size", String(position.size)),
                ("root", position.root),
            ] {
                state.bind(text: key, at: 1)
                state.bind(text: value, at: 2)
                try state.run()
            }
            for subject in batch.erasedSubjects { try Self.forget(subject, on: connection) }
            for period in batch.erasedPeriods { try Self.forget(period: period, on: connection) }
            let isAsStored = batch.erasedSubjects.isEmpty && batch.erasedPeriods.isEmpty
            writing.memory.withLock { $0 = isAsStored ? writer : nil }
        }
    }
}
