// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding
package import Disclosures
package import LogReading
package import Merkle
package import RecordForms
package import SystemPackage
internal import Verification

extension DerivedForm {
    /// How names of its files end.
    package var ending: String { self == .ocsf ? "ndjson" : rawValue }

    /// What a whole file ends with.
    package func end(lines: UInt64) -> [UInt8] {
        self == .native ? Array((PackFormat.end(lines: lines) + "\n").utf8) : []
    }
}

/// Files of one derived form: one, or parts of a million rows where a spreadsheet could not open it otherwise.
package final class DerivedFiles {
    private let form: DerivedForm
    private let name: (Int) -> FilePath
    private let isMarked: Bool
    private let rowsInPart: UInt64
    private let isPrivate: Bool
    private var file: NewFile
    /// Whether parts that an interrupted export left are written anew.
    private var isResumed = false
    private var lines: UInt64 = 0
    private var digests: [(path: FilePath, bytes: Int64, digest: String)] = []

    /// - Parameters:
    ///   - rowsInPart: most rows of a spreadsheet's file; other forms have one file.
    ///   - name: the path of the part with a number, counted from 1.
    package init(
        _ form: DerivedForm, isMarked: Bool, isPrivate: Bool, rowsInPart: UInt64,
        name: @escaping (_ part: Int) -> FilePath
    ) throws(EvidenceFailure) {
        self.form = form
        self.name = name
        self.isMarked = isMarked
        self.rowsInPart = rowsInPart
        self.isPrivate = isPrivate
        file = try NewFile(name(1), isPrivate: isPrivate)
        try file.append(form.beginning(isMarked: isMarked))
    }

    /// Goes on where others were.
    init(
        _ form: DerivedForm, isMarked: Bool, isPrivate: Bool, rowsInPart: UInt64,
        _ state: SavedState, name: @escaping (_ part: Int) -> FilePath
    ) throws(EvidenceFailure) {
        self.form = form
        self.name = name
        self.isMarked = isMarked
        self.rowsInPart = rowsInPart
        self.isPrivate = isPrivate
        isResumed = true
        lines = try state.number("lines")
        for (place, part) in try state.parts("parts").enumerated() {
            let mark = try FileMark(part)
            digests.append((name(place + 1), mark.bytes, mark.digest))
        }
        file = try NewFile(
            name(digests.count + 1), resuming: try FileMark(try state.part("open")))
    }

    /// What ``init(_:isMarked:isPrivate:rowsInPart:_:name:)`` needs.
    func state() throws(EvidenceFailure) -> JSONValue {
        .object([
            JSONMember("lines", .count(lines)), JSONMember("open", try file.mark().value),
            JSONMember(
                "parts",
                .array(digests.map { FileMark(bytes: $0.bytes, digest: $0.digest).value })),
        ])
    }

    /// What was written so far.
    package var bytes: Int64 { digests.reduce(file.count) { $0 + $1.bytes } }

    package func append(
        _ record: Record, at index: LeafIndex, _ groups: [CommitGroup: OpenedGroup]
    ) throws(EvidenceFailure) {
        if form == .sheet, lines > 0, lines.isMultiple(of: rowsInPart) {
            try end()
            file = try NewFile(
                name(digests.count + 1), isPrivate: isPrivate, replacing: isResumed)
            try file.append(form.beginning(isMarked: isMarked))
        }
        try file.append(form.line(record, at: index, groups))
        lines += 1
    }

    private func end() throws(EvidenceFailure) {
        let digest = try file.close()
        digests.append((file.path, file.count, digest))
    }

    /// Ends the last file.
    ///
    /// - Returns: all files.
    package func close() throws(EvidenceFailure) -> [(
        path: FilePath, bytes: Int64, digest: String
    )] {
        try file.append(form.end(lines: lines))
        try end()
        return digests
    }
}
