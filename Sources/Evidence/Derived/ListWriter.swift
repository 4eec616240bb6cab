// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
package import LogReading
internal import Merkle
package import RecordForms
package import SystemPackage

/// Writes the records that match an order as one list for other programs.
package struct ListWriter {
    private let order: EvidenceOrder
    private let source: EvidenceSource
    private let form: DerivedForm
    package private(set) var records: UInt64 = 0
    package private(set) var matches: UInt64 = 0
    package private(set) var undecided: UInt64 = 0

    package init(_ order: EvidenceOrder, _ source: EvidenceSource, _ form: DerivedForm) {
        self.order = order
        self.source = source
        self.form = form
    }

    /// - Parameters:
    ///   - isMarked: whether CSV begins with a byte order mark.
    ///   - rowsInPart: most rows of a spreadsheet's file.
    ///   - name: the path of the part with a number, counted from 1.
    /// - Returns: how many parts there are; nil if it was to pause.
    package mutating func write(
        _ values: inout ValueReader, isMarked: Bool, rowsInPart: UInt64,
        name: @escaping (_ part: Int) -> FilePath, _ pace: ExportPace
    ) throws(EvidenceFailure) -> Int? {
        var scan: EvidenceScan
        let files: DerivedFiles
        let isPrivate = !order.groups.isEmpty
        if let state = pace.state {
            let saved = SavedState(state, of: name(1))
            scan = try EvidenceScan(order, source, try saved.part("scan"))
            files = try DerivedFiles(
                form, isMarked: isMarked, isPrivate: isPrivate, rowsInPart: rowsInPart,
                try saved.part("files"), name: name)
            records = try saved.number("records")
        } else {
            scan = try EvidenceScan(order, source)
            files = try DerivedFiles(
                form, isMarked: isMarked, isPrivate: isPrivate, rowsInPart: rowsInPart, name: name)
        }
        let takesAll = order.takesAll
        let shown = order.groups
        var authentic = AuthenticLeaves(source.snapshot)
        var count = records
        var keeping = ExportPace.Keeping(pace)
        while !scan.isOver {
            try scan.step(&values) { leaf, values throws(EvidenceFailure) in
                guard takesAll || leaf.isMatch, let record = leaf.record else { return }
                var groups: [CommitGroup: OpenedGroup] = [:]
                do throws(LogReadFailure) {
                    guard try authentic.contain(leaf.bytes, at: leaf.index) else {
                        throw .init(.badFraming, source.snapshot.directory)
                    }
                    if leaf.isMatch { groups = try values.groups(of: record, at: leaf.index) }
                } catch {
                    throw error.code == .badFraming ? .notAsSigned : .reading(error)
                }
                try files.append(
                    record, at: leaf.index,
                    groups.filter { shown.contains($0.key) || $0.value == .erased })
                count += 1
            }
            pace.progress(scan.progress(files.bytes))
            let isPaused = try keeping.afterWindow(isLast: scan.isOver) {
                () throws(EvidenceFailure) in
                .object([
                    JSONMember("files", try files.state()), JSONMember("records", .count(count)),
                    JSONMember("scan", scan.state),
                ])
            }
            if isPaused { return nil }
        }
        records = count
        (matches, undecided) = (scan.matches, scan.undecided)
        return try files.close().count
    }
}
