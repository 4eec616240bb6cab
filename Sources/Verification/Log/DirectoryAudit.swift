// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Merkle

/// Checks what of a log directory lies beside its segments: whether the files contradict the commit
/// journal, are longer than they may be, and the key files.
struct DirectoryAudit {
    private let snapshot: LogSnapshot

    init(_ snapshot: LogSnapshot) { self.snapshot = snapshot }

    /// - Returns: the keys; nil where the directory has none, so that disclosures are withheld.
    func run(_ findings: inout FindingList) throws(LogReadFailure) -> KeyRing? {
        let segments = Set(snapshot.frames.map { SegmentNumber(of: $0.header.firstIndex) })
        for segment in segments.sorted() {
            try check(snapshot.entries(of: segment), LogLayout.entries(segment), &findings)
            try check(snapshot.disclosures(of: segment), LogLayout.disclosures(segment), &findings)
        }
        try checkTreeLengths(&findings)
        try checkOffsetsLengths(&findings)
        try checkNextSegment(&findings)
        let subjects = try snapshot.subjectKeys()
        let periods = try snapshot.periodKeys()
        try check(subjects, LogLayout.subjects, &findings)
        try check(periods, LogLayout.periods, &findings)
        guard let subjectBytes = try subjects.contents(), let periodBytes = try periods.contents()
        else { return nil }
        let keys = KeyRing(
            subjects: KeyStoreImage(subjectBytes), periods: KeyStoreImage(periodBytes))
        for fault in keys.subjects.faults {
            report("\(fault.kind)", LogLayout.subjects, fault.position, &findings)
        }
        for fault in keys.periods.faults {
            report("\(fault.kind)", LogLayout.periods, fault.position, &findings)
        }
        return keys
    }

    private func report(
        _ detail: String, _ file: String, _ position: Int, _ findings: inout FindingList
    ) {
        findings.report(
            Finding(
                .keyFileDamaged, file: file, offset: position * KeySlot.byteCount, detail: detail))
    }

    private func check(
        _ file: OverlaidFile, _ name: String, _ findings: inout FindingList
    ) throws(LogReadFailure) {
        if let offset = try file.firstConflict() {
            findings.report(Finding(.journalConflict, file: name, offset: offset))
        }
        if file.lengthOnDisk ?? 0 < file.length {
            findings.report(Finding(.notYetApplied, file: name))
        }
    }

    /// Whether the log has grown since the snapshot was taken, so that longer files are nothing strange.
    private func hasGrown() throws(LogReadFailure) -> Bool {
        try LogSnapshot(directory: snapshot.directory).size > snapshot.size
    }

    private func checkTreeLengths(_ findings: inout FindingList) throws(LogReadFailure) {
        for level in (0..<8).compactMap(TileLevel.init) {
            let name = LogLayout.tree(level: level.value)
            let file = try OverlaidFile(snapshot.path(name), patches: [])
            let expected = Int(level.hashCount(in: snapshot.size)) * Hash256.byteCount
            if file.length > expected, try !hasGrown() {
                findings.report(Finding(.trailingBytes, file: name, offset: expected))
            }
        }
    }

    private func checkOffsetsLengths(_ findings: inout FindingList) throws(LogReadFailure) {
        let size = snapshot.size.count
        for first in stride(from: 0, to: size, by: Int(LogLayout.segmentEntries)) {
            let name = LogLayout.offsets(SegmentNumber(of: LeafIndex(first)))
            let file = try OverlaidFile(snapshot.path(name), patches: [])
            let expected = Int(min(size - first, LogLayout.segmentEntries)) * 4
            if file.length > expected, try !hasGrown() {
                findings.report(Finding(.trailingBytes, file: name, offset: expected))
            }
        }
    }

    /// Nothing is where the next segment will be.
    private func checkNextSegment(_ findings: inout FindingList) throws(LogReadFailure) {
        let size = snapshot.size.count
        let next = SegmentNumber(
            (size + LogLayout.segmentEntries - 1) / LogLayout.segmentEntries)
        for name in [LogLayout.entries(next), LogLayout.disclosures(next)] {
            let file = try OverlaidFile(snapshot.path(name), patches: [])
            if file.length > 0, try !hasGrown() {
                findings.report(Finding(.trailingBytes, file: name, offset: 0))
            }
        }
    }
}
