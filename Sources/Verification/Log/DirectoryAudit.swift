// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import LogReading
internal import Merkle

/// Checks a log directory apart from its segments: the key files, and whether any file contradicts the
/// commit journal or is too long.
struct DirectoryAudit {
    private let snapshot: LogSnapshot

    init(_ snapshot: LogSnapshot) { self.snapshot = snapshot }

    /// - Returns: the keys; nil if the directory has none, so that disclosures are withheld.
    func run(_ findings: inout FindingList) throws(LogReadFailure) -> KeyRing? {
        if let first = snapshot.doubtful.first?.header.firstIndex {
            findings.report(
                Finding(
                    .notYetDurable, file: "commits", index: first,
                    detail: "\(snapshot.sizeWithDoubtful.count - first.value) records"))
        }
        let segments = Set(snapshot.frames.map { SegmentNumber(of: $0.header.firstIndex) })
        for segment in segments.sorted() where try snapshot.isPresent(segment) {
            try check(
                snapshot.entries(of: segment), .entries, LogLayout.entries(segment), &findings)
            try check(
                snapshot.disclosures(of: segment), .disclosures, LogLayout.disclosures(segment),
                &findings)
        }
        try checkTreeLengths(&findings)
        try checkOffsetsLengths(&findings)
        try checkNextSegment(&findings)
        return try keys(&findings)
    }

    /// The keys. A directory without any is what one hands to an auditor who is not to see the values; one that has
    /// some of these files, or all their content in the commit journal, has lost the others.
    private func keys(_ findings: inout FindingList) throws(LogReadFailure) -> KeyRing? {
        let subjects = try snapshot.subjectKeys()
        let periods = try snapshot.periodKeys()
        let secret = try ReadableFile.contents(ifAny: snapshot.path(LogLayout.directorySecret))
        let onDisk = [subjects.lengthOnDisk, periods.lengthOnDisk, secret?.count]
        let isJournalled =
            !subjects.isMissing && !periods.isMissing && subjects.settledLength == 0
            && periods.settledLength == 0
        guard isJournalled || onDisk.contains(where: { $0 != nil }) else { return nil }
        try check(subjects, .subjects, LogLayout.subjects, &findings)
        try check(periods, .periods, LogLayout.periods, &findings)
        let ring = try ring(subjects, periods, &findings)
        if let secret, DirectorySecret(file: secret) == nil {
            findings.report(
                Finding(
                    .keyFileDamaged, file: LogLayout.directorySecret,
                    detail: "\(secret.count) bytes are no secret and its checksum"))
        } else if secret == nil, snapshot.sizeWithDoubtful.count > 0 {
            // It is durable before the first record is signed, and no journal has it.
            findings.report(
                Finding(
                    .keyFileDamaged, file: LogLayout.directorySecret, detail: "it does not exist"))
        }
        return ring
    }

    private func ring(
        _ subjects: OverlaidFile, _ periods: OverlaidFile, _ findings: inout FindingList
    ) throws(LogReadFailure) -> KeyRing {
        let keys = KeyRing(
            subjects: KeyStoreImage(try subjects.contents() ?? []),
            periods: KeyStoreImage(try periods.contents() ?? []))
        // Whether a missing file matters depends on the sealed values: each needs its keys.
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

    /// Judges a file by the same table as opening does.
    private func check(
        _ file: OverlaidFile, _ kind: StoredFile, _ name: String, _ findings: inout FindingList
    ) throws(LogReadFailure) {
        let standing = try file.standing()
        if let fault = standing.fault {
            switch (kind.judgement(of: fault), fault) {
            case (.restored, _), (.remade, _):
                findings.report(Finding(.notYetApplied, file: name))
            case (.refused, .changed):
                findings.report(Finding(.journalConflict, file: name, offset: standing.place))
            case (.refused, _):
                findings.report(missing(kind, name, from: standing.place, to: file.settledLength))
            }
        }
        guard file.trailingBytes > 0, kind == .subjects || kind == .periods,
            kind.judgement(of: .trailing) == .refused, try !hasGrown()
        else { return }
        findings.report(
            Finding(
                .keyFileDamaged, file: name, offset: file.length,
                detail: "\(file.trailingBytes) bytes behind the last key"))
    }

    private func missing(
        _ kind: StoredFile, _ name: String, from start: Int, to end: Int
    ) -> Finding {
        let code: FindingCode =
            switch kind {
            case .disclosures: .disclosureDamaged
            case .subjects, .periods, .directorySecret: .keyFileDamaged
            case .entries, .checkpoint, .checkpoints, .offsets, .tree: .entryTorn
            }
        return Finding(
            code, file: name, offset: start,
            detail: "bytes \(start) to \(end) are in no file")
    }

    private func hasGrown() throws(LogReadFailure) -> Bool { try snapshot.hasLaterRecords() }

    private func checkTreeLengths(_ findings: inout FindingList) throws(LogReadFailure) {
        for level in (0..<8).compactMap(TileLevel.init) {
            let name = LogLayout.tree(level: level.value)
            let file = try OverlaidFile(snapshot.path(name), nil)
            let expected = Int(level.hashCount(in: snapshot.sizeWithDoubtful)) * Hash256.byteCount
            if file.length > expected, try !hasGrown() {
                findings.report(Finding(.trailingBytes, file: name, offset: expected))
            }
        }
    }

    private func checkOffsetsLengths(_ findings: inout FindingList) throws(LogReadFailure) {
        let size = snapshot.sizeWithDoubtful.count
        for first in stride(from: 0, to: size, by: Int(LogLayout.segmentEntries)) {
            let name = LogLayout.offsets(SegmentNumber(of: LeafIndex(first)))
            let file = try OverlaidFile(snapshot.path(name), nil)
            let expected = Int(min(size - first, LogLayout.segmentEntries)) * 4
            if file.length > expected, try !hasGrown() {
                findings.report(Finding(.trailingBytes, file: name, offset: expected))
            }
        }
    }

    /// Checks that there is nothing where the next segment will be.
    private func checkNextSegment(_ findings: inout FindingList) throws(LogReadFailure) {
        let size = snapshot.sizeWithDoubtful.count
        let next = SegmentNumber(
            (size + LogLayout.segmentEntries - 1) / LogLayout.segmentEntries)
        for name in [LogLayout.entries(next), LogLayout.disclosures(next)] {
            let file = try OverlaidFile(snapshot.path(name), nil)
            if file.length > 0, try !hasGrown() {
                findings.report(Finding(.trailingBytes, file: name, offset: 0))
            }
        }
    }
}
