// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import GRDBSQLite

/// A prepared statement whose rows are read in place: a scan looks at millions of them.
@safe final class SQLiteStatement {
    private let statement: OpaquePointer
    private let connection: OpaquePointer

    init(_ sql: String, on connection: OpaquePointer) throws(CatalogFailure) {
        var prepared: OpaquePointer?
        // Safe: SQLite copies the text, and the connection outlives its statements.
        let code = unsafe sqlite3_prepare_v2(connection, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else {
            throw unsafe CatalogFailure(sqlite: code, on: connection)
        }
        unsafe statement = prepared
        unsafe self.connection = connection
    }

    deinit {
        // Safe: nobody else has the pointer, and finalizing it again is impossible after this.
        unsafe sqlite3_finalize(statement)
    }

    /// Begins anew with other values; nil is NULL.
    func bind(_ values: [Int64?]) {
        // Safe: the statement is alive, and places that it does not have are refused by SQLite.
        unsafe sqlite3_reset(statement)
        for (place, value) in values.enumerated() {
            if let value {
                unsafe sqlite3_bind_int64(statement, Int32(place + 1), value)
            } else {
                unsafe sqlite3_bind_null(statement, Int32(place + 1))
            }
        }
    }

    /// Binds one number, for statements that are run for each record.
    func bind(_ value: Int64?, at place: Int32) {
        // Safe: as above.
        if let value {
            unsafe sqlite3_bind_int64(statement, place, value)
        } else {
            unsafe sqlite3_bind_null(statement, place)
        }
    }

    func bind(text: String, at place: Int32) {
        // Safe: SQLite copies the bytes before it returns.
        unsafe sqlite3_bind_text(statement, place, text, -1, Self.copied)
    }

    func bind(bytes: ArraySlice<UInt8>, at place: Int32) {
        unsafe bytes.withUnsafeBytes { memory in
            // Safe: SQLite copies the bytes before it returns.
            _ = unsafe sqlite3_bind_blob(
                statement, place, memory.baseAddress, Int32(memory.count), Self.copied)
        }
    }

    private static var copied: sqlite3_destructor_type {
        // Safe: SQLITE_TRANSIENT is this bit pattern; it is never called.
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    func reset() {
        // Safe: the statement is alive.
        unsafe sqlite3_reset(statement)
    }

    /// Goes to the next row; false at the end.
    func step() throws(CatalogFailure) -> Bool {
        // Safe: the statement and its connection are alive.
        let code = unsafe sqlite3_step(statement)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let failure = unsafe CatalogFailure(sqlite: code, on: connection)
            reset()
            throw failure
        }
    }

    /// Runs a statement without rows.
    func run() throws(CatalogFailure) {
        while try step() {}
        reset()
    }

    func integer(_ column: Int32) -> Int64 {
        // Safe: a column that is not there reads as zero.
        unsafe sqlite3_column_int64(statement, column)
    }

    /// Nil for NULL.
    func optional(_ column: Int32) -> Int64? {
        // Safe: as above.
        unsafe sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : integer(column)
    }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    func bytes(_ column: Int32) -> [UInt8] {
        // Safe: the bytes stay until the next step; they are copied here.
        let start = unsafe sqlite3_column_blob(statement, column)
        let count = unsafe Int(sqlite3_column_bytes(statement, column))
        guard let start = unsafe start, count > 0 else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

extension CatalogFailure {
    /// What a result code of SQLite means here.
    init(sqlite code: Int32, on connection: OpaquePointer?) {
        // Safe: the connection is alive, or nil, of which SQLite says that memory is out.
        let detail = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) }
        self.init(sqlite: code, detail ?? "code \(code)")
    }

    init(sqlite code: Int32, _ detail: String) {
        let kind: Code =
            switch code & 0xFF {
            case SQLITE_FULL: .diskFull
            case SQLITE_INTERRUPT: .interrupted
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY,
                SQLITE_NOMEM, SQLITE_AUTH:
                .unavailable
            case SQLITE_IOERR: code == Self.shortRead ? .damaged : .unavailable
            default: .damaged
            }
        self.init(kind, detail)
    }

    /// `SQLITE_IOERR_SHORT_READ`, a macro that Swift does not see.
    private static let shortRead = SQLITE_IOERR | 2 << 8
}
