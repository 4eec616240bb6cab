// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// One statement to a database: `db` of the record. Text and parameters go to the group `payload`.
package struct DatabaseFacts: Sendable {
    /// Which of the service's accounts it used: `db.account`.
    package enum Account: String, CaseIterable, Sendable {
        /// The one without rights to write.
        case read
        case write
    }

    package var account: Account?
    /// The number of the database process that did it, as in the protocol.
    package var backend: UInt64?
    /// Bytes of rows sent to the client.
    package var bytes: UInt64?
    /// Keyed digest of the statement without its literals: the same for the same kind of statement.
    package var fingerprint: String?
    /// Of the database.
    package var name: String?
    /// What it does, in lower case, such as `select`; `unparsed` if that is unknown.
    package var operation: String?
    package var rows: UInt64?
    /// How it ended according to the database: an SQLSTATE or an error number.
    package var status: String?
    /// Such as `postgresql` or `mariadb`, as in OpenTelemetry's `db.system.name`.
    package var system: String
    /// Tables that it names, with their schemas if it names those.
    package var tables: [String]

    package init(
        system: String, name: String? = nil, operation: String? = nil, tables: [String] = [],
        rows: UInt64? = nil, bytes: UInt64? = nil, status: String? = nil,
        fingerprint: String? = nil, backend: UInt64? = nil, account: Account? = nil
    ) {
        self.system = system
        self.name = name
        self.operation = operation
        self.tables = tables
        self.rows = rows
        self.bytes = bytes
        self.status = status
        self.fingerprint = fingerprint
        self.backend = backend
        self.account = account
    }

    /// Writes the member `db` and a comma.
    func write(to text: inout RecordText) {
        text.putObject(#""db":{"#) { text in
            text.put(#""account":"#, word: account?.rawValue)
            text.put(#""backend_pid":"#, backend)
            text.put(#""bytes":"#, bytes)
            text.put(#""fingerprint":"#, fingerprint, path: "db.fingerprint")
            text.put(#""name":"#, name, path: "db.name")
            text.put(#""operation":"#, operation, path: "db.operation")
            text.put(#""rows":"#, rows)
            text.put(#""status":"#, status, path: "db.status")
            text.put(#""system":"#, system, path: "db.system")
            text.put(list: tables, name: #""tables":["#, path: "db.tables")
        }
    }

    /// What readers know of them.
    static let members: [(String, RecordSchema.Form)] = [
        ("db.account", .text), ("db.backend_pid", .integer(RecordSchema.whole)),
        ("db.bytes", .integer(RecordSchema.whole)), ("db.fingerprint", .text),
        ("db.name", .text), ("db.operation", .text), ("db.rows", .integer(RecordSchema.whole)),
        ("db.status", .text), ("db.system", .text), ("db.tables", .strings),
    ]
}
