// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The tables of the catalog's file (`Docs/Formats/catalog.md`).
enum SQLiteSchema {
    /// In `user_version`. Another form is another number, and the catalog is built anew.
    static let version: Int64 = 5
    /// In `application_id`: `CSct`.
    static let application: Int64 = 0x4353_6374

    /// Rows of an access and of a superseded record alike: its numbers, and what few queries ask for.
    ///
    /// `who_owner` and `where_owner` are whose key seals these values, if that is not the actor's; `what_owner`, if it is
    /// not the tenant's.
    private static let facts = """
        time INTEGER NOT NULL, deed INTEGER NOT NULL, caller INTEGER NOT NULL, bytes INTEGER NOT NULL, actor INTEGER,
        session INTEGER, duration INTEGER, request_size INTEGER, response_size INTEGER,
        uid_high INTEGER, uid_low INTEGER, trace_high INTEGER, trace_low INTEGER, labels INTEGER,
        other_ids INTEGER, groups INTEGER, name INTEGER, address INTEGER, path INTEGER, agent INTEGER,
        who_owner INTEGER, where_owner INTEGER, what_owner INTEGER
        """

    static let tables = [
        "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE shape(aspect INTEGER NOT NULL, id INTEGER NOT NULL, key BLOB NOT NULL,
        PRIMARY KEY(aspect, id)) WITHOUT ROWID
        """,
        "CREATE TABLE word(id INTEGER PRIMARY KEY, field INTEGER NOT NULL, text TEXT NOT NULL)",
        "CREATE UNIQUE INDEX word_text ON word(field, text)",
        "CREATE TABLE label_set(id INTEGER PRIMARY KEY, text BLOB NOT NULL UNIQUE)",
        """
        CREATE TABLE label(name TEXT NOT NULL, value TEXT NOT NULL, labels INTEGER NOT NULL,
        PRIMARY KEY(name, value, labels)) WITHOUT ROWID
        """,
        "CREATE TABLE other_id_set(id INTEGER PRIMARY KEY, text BLOB NOT NULL UNIQUE)",
        """
        CREATE TABLE other_id(name TEXT NOT NULL, value TEXT NOT NULL, other_ids INTEGER NOT NULL,
        PRIMARY KEY(name, value, other_ids)) WITHOUT ROWID
        """,
        """
        CREATE TABLE token(id INTEGER PRIMARY KEY AUTOINCREMENT, field INTEGER NOT NULL,
        value INTEGER NOT NULL, period TEXT NOT NULL)
        """,
        "CREATE UNIQUE INDEX token_value ON token(field, value)",
        """
        CREATE TABLE wider(field INTEGER NOT NULL, value INTEGER NOT NULL, token INTEGER NOT NULL,
        PRIMARY KEY(field, value, token)) WITHOUT ROWID
        """,
        """
        CREATE TABLE bearer(token INTEGER NOT NULL, actor INTEGER NOT NULL,
        owner INTEGER NOT NULL, PRIMARY KEY(token, actor, owner)) WITHOUT ROWID
        """,
        "CREATE TABLE erased(id TEXT PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE access(id INTEGER PRIMARY KEY, last INTEGER, open INTEGER, rare INTEGER, \(facts))",
        "CREATE TABLE superseded(id INTEGER PRIMARY KEY, access INTEGER NOT NULL, \(facts))",
        """
        CREATE TABLE block(id INTEGER PRIMARY KEY, earliest INTEGER NOT NULL,
        latest INTEGER NOT NULL, count INTEGER NOT NULL, duration_low INTEGER,
        duration_high INTEGER, request_low INTEGER, request_high INTEGER, response_low INTEGER,
        response_high INTEGER)
        """,
        """
        CREATE TABLE sealed(stretch INTEGER PRIMARY KEY, low INTEGER NOT NULL, high INTEGER NOT NULL)
        """,
        """
        CREATE TABLE posting(block INTEGER NOT NULL, aspect INTEGER NOT NULL,
        shape INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY(block, aspect, shape)) WITHOUT ROWID
        """,
        """
        CREATE TABLE tally(span INTEGER NOT NULL, aspect INTEGER NOT NULL,
        bucket INTEGER NOT NULL, shape INTEGER NOT NULL, accesses INTEGER NOT NULL,
        records INTEGER NOT NULL, PRIMARY KEY(span, aspect, bucket, shape)) WITHOUT ROWID
        """,
        """
        CREATE TABLE actor_tally(day INTEGER NOT NULL, actor INTEGER NOT NULL,
        accesses INTEGER NOT NULL, PRIMARY KEY(day, actor)) WITHOUT ROWID
        """,
    ]

    /// By name, for statistics one at a time.
    static let indexes = [
        "access_time": "access(time)",
        "access_rare": "access(time) WHERE rare IS NOT NULL",
        "access_actor": "access(actor, time) WHERE actor IS NOT NULL",
        "access_other_ids": "access(other_ids, time) WHERE other_ids IS NOT NULL",
        "access_session": "access(session, time) WHERE session IS NOT NULL",
        "access_trace": "access(trace_high, time) WHERE trace_high IS NOT NULL",
        "access_address": "access(address, time) WHERE address IS NOT NULL",
        "access_agent": "access(agent, time) WHERE agent IS NOT NULL",
        "access_path": "access(path, time) WHERE path IS NOT NULL",
        "access_uid": "access(uid_high, time) WHERE uid_high IS NOT NULL",
        "access_last": "access(last) WHERE last IS NOT NULL",
        "access_last_time": "access(time, last) WHERE last IS NOT NULL",
        "access_open": "access(open) WHERE open IS NOT NULL",
        "access_who_owner": "access(who_owner) WHERE who_owner IS NOT NULL",
        "access_where_owner": "access(where_owner) WHERE where_owner IS NOT NULL",
        "access_what_owner": "access(what_owner) WHERE what_owner IS NOT NULL",
        "bearer_owner": "bearer(owner)",
        "superseded_time": "superseded(time)",
        "superseded_access": "superseded(access)",
    ]

    /// Records of a block: what is scanned at once where there is no index.
    static let blockRecords: Int64 = 4096

    static func create(on connection: SQLiteConnection) throws(CatalogFailure) {
        for table in tables { try connection.execute(table) }
        for (name, columns) in indexes.sorted(by: { $0.key < $1.key }) {
            try connection.execute("CREATE INDEX \(name) ON \(columns)")
        }
        try connection.execute("PRAGMA application_id = \(application)")
        try connection.execute("PRAGMA user_version = \(version)")
    }
}

/// Times as they are stored: microseconds since the beginning of 2026, two bytes shorter than since 1970 until 2030.
enum StoredTime {
    private static let epoch: Int64 = 1_767_225_600_000_000

    static func stored(_ microseconds: Int64) -> Int64 { microseconds &- epoch }
    static func microseconds(_ stored: Int64) -> Int64 { stored &+ epoch }
}

/// How long the times are that counts are kept for.
enum TallySpan: Int64, CaseIterable {
    case quarter = 0
    case hour = 1
    case day = 2

    /// In microseconds.
    var length: Int64 {
        switch self {
        case .quarter: CatalogInterval.quarter.rawValue
        case .hour: CatalogInterval.hour.rawValue
        case .day: CatalogInterval.day.rawValue
        }
    }

    /// The span that an instant (microseconds since 1970) lies in.
    func bucket(_ microseconds: Int64) -> Int64 {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: length)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The first span that begins at or after an instant.
    func bucket(notBefore microseconds: Int64) -> Int64 {
        let bucket = bucket(microseconds)
        return bucket * length == microseconds ? bucket : bucket + 1
    }
}
