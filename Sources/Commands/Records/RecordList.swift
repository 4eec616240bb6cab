// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages
import RecordForms

/// Records one after another, as a table, as lines of JSON, or as CSV.
struct RecordList {
    private let form: RecordFormOptions.Form
    private let screen: Screen
    private let columns: RecordColumns
    private let beginning: [UInt8]
    /// The log as it is shown.
    private(set) var snapshot: LogSnapshot
    private var authentic: AuthenticLeaves
    private var hasBegun = false
    /// Records that do not lead to the signed root.
    private var changed: [UInt64] = []

    init(
        _ form: RecordFormOptions.Form, _ options: RecordFormOptions, _ snapshot: LogSnapshot,
        _ output: OutputOptions
    ) {
        self.form = form
        screen = output.screen
        columns = RecordColumns(
            width: output.screen.columns, digits: String(snapshot.size.count).count,
            isWide: options.wide)
        beginning =
            (options.isWithoutMark ? [] : CommaSeparated.mark)
            + CommaSeparated.line(RecordSheet.headings)
        self.snapshot = snapshot
        authentic = AuthenticLeaves(snapshot)
    }

    /// Goes on with the log as it was found to be meanwhile.
    mutating func read(_ snapshot: LogSnapshot) {
        self.snapshot = snapshot
        authentic = AuthenticLeaves(snapshot)
    }

    /// Shows one record.
    mutating func show(
        _ index: LeafIndex, _ leaf: [UInt8], _ reader: inout ValueReader
    ) throws {
        if !hasBegun { try begin() }
        let isSigned = try authentic.holds(leaf, at: index)
        if !isSigned { changed.append(index.value) }
        let line =
            isSigned
            ? try RecordLine(index, leaf, &reader) : RecordLine(notAsSigned: index)
        switch form {
        case .table: try screen.line(line.text(in: columns))
        case .json, .ndjson: try screen.json(line.json)
        case .csv: try screen.bytes(CommaSeparated.line(try Self.cells(line, &reader)))
        }
    }

    /// Says which records are not as they were signed.
    ///
    /// - Parameter summary: the last line for programs; where it is missing, so may be records.
    func end(_ summary: JSONValue) throws {
        switch form {
        case .json, .ndjson: try screen.json(summary)
        case .table, .csv: break
        }
        guard changed.isEmpty else { throw CommandFailure.notAsSigned(changed) }
    }

    private static func cells(
        _ line: RecordLine, _ reader: inout ValueReader
    ) throws(LogReadFailure) -> [String] {
        guard let record = line.record else {
            return RecordSheet.cells(absent: line.absence.plain, at: line.index)
        }
        return RecordSheet.cells(
            record, at: line.index, try reader.groups(of: record, at: line.index))
    }

    private mutating func begin() throws(OutputClosed) {
        hasBegun = true
        switch form {
        case .table: try screen.line(columns.headings)
        case .csv: try screen.bytes(beginning)
        case .json, .ndjson: break
        }
    }
}
