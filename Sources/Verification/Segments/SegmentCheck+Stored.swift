// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import LogFormat
internal import LogReading
internal import Merkle

extension SegmentCheck {
    /// Compares what was computed from the entries with the derived files.
    mutating func compareStored() throws(LogReadFailure) {
        summary.last = summary.last.map {
            SegmentSummary.End(previous: $0.previous, hash: $0.hash, time: instant)
        }
        // A hash above a wrong one differs, too: report only what is wrong in itself.
        let leaves = try compare(
            leafRow, level: .leaves, code: .leafNotInTree, skipping: unhashed)
        var above = Set(leaves.map { $0 / UInt64(TileLevel.fullWidth) })
        if let tiles = TileLevel(1) {
            above.formUnion(
                try compare(tileRow, level: tiles, code: .nodeNotInTree, skipping: above))
        }
        summary.isAsStored = above.isEmpty
        if let segments = TileLevel(2), summary.expected == Int(LogLayout.segmentEntries) {
            summary.storedJoined = try content.storedHashes(
                level: segments, first: summary.number.value, count: 1
            ).first
            if let joined = summary.joined, above.isEmpty {
                let nodes = try compare(
                    [joined], level: segments, code: .nodeNotInTree, skipping: [])
                summary.isAsStored = nodes.isEmpty
            }
        }
        try compareOffsets()
    }

    /// - Parameter skipped: positions in the level's row to ignore.
    /// - Returns: the positions of hashes that differ, and of those skipped.
    mutating func compare(
        _ row: [NodeHash], level: TileLevel, code: FindingCode, skipping skipped: Set<UInt64>
    ) throws(LogReadFailure) -> Set<UInt64> {
        var different = skipped
        let perHash = UInt64(1) << UInt64(level.value * TileLevel.heightStep)
        var next = summary.number.firstIndex.value / perHash
        var computed = row[...]
        while !computed.isEmpty {
            let stored = try content.storedHashes(level: level, first: next, count: computed.count)
            for (position, (computed, found)) in zip(computed, stored).enumerated()
            where computed != found {
                let place = next + UInt64(position)
                guard !skipped.contains(place) else { continue }
                if isUnfinished(found, at: place, level) {
                    noteUnfinished(
                        content.file(ofHash: place, level: level), at: (place + 1) * perHash - 1)
                } else {
                    different.insert(place)
                    reportDifference(code, at: place, level)
                }
            }
            next += UInt64(stored.count)
            computed = computed.dropFirst(stored.count)
            guard !computed.isEmpty else { break }
            let end = min(
                content.end(ofFileWithHash: next, level: level), next + UInt64(computed.count))
            reportMissing(next..<end, level)
            computed = computed.dropFirst(Int(end - next))
            next = end
        }
        return different
    }

    /// Whether this is what a crash leaves of an unfinished write: zeros, after what is settled.
    private func isUnfinished(_ hash: NodeHash, at place: UInt64, _ level: TileLevel) -> Bool {
        hash == NodeHash(.zero) && place >= level.hashCount(in: content.settledSize)
    }

    private mutating func reportDifference(
        _ code: FindingCode, at place: UInt64, _ level: TileLevel
    ) {
        let index = LeafIndex(place << UInt64(level.value * TileLevel.heightStep))
        let file = content.file(ofHash: place, level: level)
        summary.findings.report(
            level == .leaves
                ? Finding(code, file: content.file(ofEntry: index), index: index, detail: file)
                : Finding(code, file: file, index: index))
    }

    /// Reports hashes that are in no file.
    private mutating func reportMissing(_ places: Range<UInt64>, _ level: TileLevel) {
        let shift = UInt64(level.value * TileLevel.heightStep)
        let file = content.file(ofHash: places.lowerBound, level: level)
        let settled = level.hashCount(in: content.settledSize)
        if places.upperBound > settled {
            noteUnfinished(file, at: (max(places.lowerBound, settled) + 1) << shift - 1)
        }
        guard places.lowerBound < settled else { return }
        var finding = Finding(
            .treeFileTooShort, file: file, index: LeafIndex(places.lowerBound << shift),
            detail: content.remedyOfDerivedFiles)
        let last = min(places.upperBound, settled) - 1
        finding.count = Int(last - places.lowerBound) + 1
        finding.lastIndex = LeafIndex(last << shift)
        summary.findings.report(finding)
    }

    /// Notes that a derived file lacks what is due with a record, which a crash explains: where the commit journal has
    /// the record, it is to be made of that.
    private mutating func noteUnfinished(_ file: String, at record: UInt64) {
        let code: FindingCode =
            record >= content.appliedSize.count ? .notYetApplied : .derivedUnfinished
        summary.findings.report(Finding(code, file: file))
    }

    private mutating func compareOffsets() throws(LogReadFailure) {
        guard let stored = try content.offsets(of: summary.number) else { return }
        let file = LogLayout.offsets(summary.number)
        let first = summary.number.firstIndex.value
        let settled = Int(clamping: max(content.settledSize.count, first) - first)
        let count = stored.count / 4
        // Where the entries end early, nobody knows where the others would begin.
        let known = summary.found
        for position in 0..<min(count, known) {
            let offset = offsets[position]
            let found = BigEndian.read32(stored.span, at: position * 4)
            guard found != offset else { continue }
            if position >= settled, found == 0 {
                noteUnfinished(file, at: first + UInt64(position))
            } else {
                reportOffset(position, file)
            }
        }
        guard count < known else { return }
        if count < settled {
            reportOffset(count, file)
        } else {
            noteUnfinished(file, at: first + UInt64(count))
        }
    }

    private mutating func reportOffset(_ position: Int, _ file: String) {
        summary.findings.report(
            Finding(
                .offsetsDiffer, file: file,
                index: LeafIndex(summary.number.firstIndex.value + UInt64(position)),
                detail: content.remedyOfDerivedFiles))
    }
}
