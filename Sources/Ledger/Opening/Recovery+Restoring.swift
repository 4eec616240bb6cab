// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogFormat
internal import Merkle

/// Checking the files that the commit journal covers, and restoring what is missing in them from
/// all that it holds, published since or not.
extension Recovery {
    /// A file, and the journal's part of it.
    struct Covered {
        let file: LogFile
        let kind: StoredFile
        let span: JournalSpan
        let length: Int
        let standing: JournalSpan.Standing

        var excess: Int { max(0, length - span.end) }
    }

    /// Compares every file that the frames cover with them; nothing is changed.
    ///
    /// - Parameter isCopy: bytes after what the journal knows belong to a log that was copied while
    ///   in use.
    func covered(by frames: [CommitFrame], isCopy: Bool) throws(OpenFault) -> [Covered] {
        var found: [Covered] = []
        func add(_ file: LogFile, _ kind: StoredFile, _ span: JournalSpan?) throws(OpenFault) {
            guard let span else { return }
            let length = try disk.length(of: file) ?? 0
            let standing = try span.standing(ofFile: length) { range throws(OpenFault) in
                try disk.read(file, from: range.lowerBound, count: range.count)
            }
            let item = Covered(
                file: file, kind: kind, span: span, length: length, standing: standing)
            try refuse(item, isCopy: isCopy)
            found.append(item)
        }
        for segment in Set(frames.map { SegmentNumber(of: $0.header.firstIndex) }).sorted() {
            try add(
                .entries(segment), .entries, JournalSpan(entriesOf: segment, in: frames))
            try add(
                .disclosures(segment), .disclosures,
                JournalSpan(disclosuresOf: segment, in: frames))
        }
        try add(.subjects, .subjects, JournalSpan(subjectsIn: frames))
        try add(.periods, .periods, JournalSpan(periodsIn: frames))
        return found
    }

    private func refuse(_ item: Covered, isCopy: Bool) throws(OpenFault) {
        let name = item.file.path ?? "the state file"
        if let fault = item.standing.fault, item.kind.judgement(of: fault) == .refused {
            throw OpenFault(
                .damaged,
                fault == .changed
                    ? "\(name) contradicts the commit journal at byte \(item.standing.place): somebody changed "
                        + "it, or the disk did. Run `countersign verify`, and restore the file from a copy of "
                        + "the same log."
                    : "\(name) ends at byte \(item.standing.place), and the commit journal begins at byte "
                        + "\(item.span.start) of it: what is between is lost. Restore the file from a copy of "
                        + "the same log.")
        }
        // Whether entries after the last signed one can be left out is decided where they are read.
        guard item.excess > 0, item.kind != .entries, !isCopy,
            item.kind.judgement(of: .trailing) == .refused
        else { return }
        throw OpenFault(
            .damaged,
            "\(name) holds \(item.excess) bytes behind what was committed. Run `countersign verify`, and restore the "
                + "file from a copy of the same log.")
    }

    /// Applies the unpublished frames, and restores what else is missing.
    ///
    /// - Returns: names of the files that had lost published content.
    func restore(
        _ covered: [Covered], from frames: [CommitFrame], after base: TreeSize
    ) throws(OpenFault) -> [String] {
        // Written even if it seems to be there: a failed sync may have left it in the kernel only.
        for frame in frames where frame.header.sizeAfter > base { try disk.apply(frame) }
        var restored: [String] = []
        for item in covered {
            if item.excess > 0, item.kind != .entries {
                try disk.truncate(item.file, to: item.span.end)
                try disk.sync(item.file)
            }
            guard item.standing == .restorable, item.length < item.span.end || hasHoles(item)
            else { continue }
            let publishedEnd = frames.last { $0.header.sizeAfter <= base }
                .map { end(of: item.file, in: $0) }
            guard let publishedEnd, item.length < publishedEnd || hasHoles(item) else { continue }
            for piece in item.span.pieces {
                try disk.write(Array(piece.bytes), to: item.file, at: piece.offset)
            }
            try disk.sync(item.file)
            restored.append(item.file.path ?? "")
        }
        return restored
    }

    /// Whether a file is as long as it should be, and zero in places.
    private func hasHoles(_ item: Covered) -> Bool {
        item.standing == .restorable && item.length >= item.span.end
    }

    /// A file's length once a frame is applied; 0 for another segment's.
    private func end(of file: LogFile, in frame: CommitFrame) -> Int {
        let header = frame.header
        let segment = SegmentNumber(of: header.firstIndex)
        let (offset, length): (UInt64, UInt32) =
            switch file {
            case .entries(segment): (header.entriesOffset, header.entriesLength)
            case .disclosures(segment): (header.disclosuresOffset, header.disclosuresLength)
            case .subjects: (header.subjectsOffset, header.subjectsLength)
            case .periods: (header.periodsOffset, header.periodsLength)
            default: (0, 0)
            }
        return Int(clamping: offset) + Int(length)
    }

    /// Refuses to go on if keys are gone: ids that have lost theirs would get new ones, and what
    /// was sealed under the old ones would be reported as changed for ever.
    ///
    /// The newest segment with sealed values is checked; what the journal covers has been compared
    /// before.
    func checkKeys(
        _ subjects: KeyStoreImage<SubjectSlot>, _ periods: KeyStoreImage<PeriodSlot>,
        size: TreeSize
    ) throws(OpenFault) {
        guard size.count > 0 else { return }
        var segment = SegmentNumber(of: LeafIndex(size.count - 1))
        var bytes = try disk.contents(of: .disclosures(segment))
        while bytes.isEmpty, segment.value > 0 {
            segment = SegmentNumber(segment.value - 1)
            bytes = try disk.contents(of: .disclosures(segment))
        }
        let (blocks, fault) = DisclosureBlock.scan(bytes)
        if let fault {
            throw OpenFault(
                .damaged,
                "\(LogLayout.disclosures(segment)) holds no sealed values at byte \(fault.offset) "
                    + "(\(fault.kind)). Restore the file from a copy of the same log.")
        }
        for block in blocks {
            if subjects.slots[block.subject] == nil {
                throw .keyLost(LogLayout.subjects, block.subject.text)
            }
            if periods.slots[block.period] == nil {
                throw .keyLost(LogLayout.periods, block.period.text)
            }
        }
    }

    /// How many records are searched for one that commits to values.
    private static let mostLookedAt = 256

    /// Looks for the values of the newest record that commits to any: if the commit journal is
    /// gone, too, nothing else shows that sealed values were cut off, and new ones would take their
    /// place.
    func checkNewestValues(size: TreeSize) throws(OpenFault) {
        guard size.count > 0 else { return }
        let segment = SegmentNumber(of: LeafIndex(size.count - 1))
        let scan = SegmentScan(segment, bytes: try disk.contents(of: .entries(segment)))
        let bytes = try disk.contents(of: .disclosures(segment))
        for place in scan.leaves.indices.suffix(Self.mostLookedAt).reversed() {
            guard
                case .success(let record) = Result(catching: { () throws(RecordFault) in
                    try Record(leaf: Array(scan.leaf(place)))
                }), !record.commitments.isEmpty
            else { continue }
            let sealed = Set(DisclosureBlock.scan(bytes).blocks.flatMap(\.commitments))
            if record.commitments.values.allSatisfy(sealed.contains) { return }
            throw OpenFault(
                .damaged,
                "\(LogLayout.disclosures(segment)) does not have the values of record "
                    + "\(segment.firstIndex.value + UInt64(place)): it was cut off. Restore the file from a copy "
                    + "of the same log.")
        }
    }
}

extension OpenFault {
    static func keyLost(_ file: String, _ id: String) -> OpenFault {
        OpenFault(
            .damaged,
            "\(file) has no key of \(id), under which values of the newest records are sealed: the file is gone, or an "
                + "older one is in its place. Restore it from a copy of the same log. A new key under the old id "
                + "would make what was sealed look changed.")
    }
}
