// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogFormat
internal import LogReading
internal import Merkle

/// Reads one segment from beginning to end and checks everything that can be checked without the rest of the
/// log. Segments are independent of one another.
struct SegmentCheck<Content: LogContent> {
    let content: Content
    /// The log's name as encoded in a leaf, without quotes; nil if no checkpoint could be read.
    private let origin: [UInt8]?
    private let keys: KeyRing?
    private let marks: [UInt64]
    private let progress: @Sendable (_ records: Int) -> Void

    var summary: SegmentSummary
    private var scanner = LeafScanner()
    private var frontier = Frontier()
    /// Hashes of the segment's leaves, and of every 256 of them.
    private(set) var leafRow: [NodeHash] = []
    private(set) var tileRow: [NodeHash] = []
    /// Where each entry begins in the file.
    private(set) var offsets: [UInt32] = []
    /// How many places of the segment are behind: entries read, and those that could not be.
    private var place = 0
    /// Of the latter, those whose hash is not stored, either: the tree is not known from there on.
    private(set) var unhashed: Set<UInt64> = []
    /// Where entries were last found to end, or to go on, against what was signed.
    private var stop: LeafIndex?
    private var disclosures: DisclosureIndex
    /// Leaves to hash side by side; kept to reuse its memory.
    private var messages = MessageRanges()
    private var lastHash: LeafHash?
    private var lastTime: [UInt8] = []
    private var nextMark = 0
    private var shifts = IndexShifts()
    private var holding = IndexShifts.Holding.asSigned

    private static var progressStep: Int { 8192 }

    /// - Parameters:
    ///   - origin: the log's name from its checkpoint.
    ///   - marks: sizes of checkpoints inside the segment, rising.
    ///   - progress: called now and then with the number of records read since.
    init(
        _ content: Content, segment: SegmentNumber, origin: String?, keys: KeyRing?,
        marks: [UInt64], progress: @escaping @Sendable (Int) -> Void
    ) {
        self.content = content
        self.keys = keys
        self.marks = marks
        self.progress = progress
        self.origin = origin.map(Self.encoded)
        let first = segment.firstIndex.value
        summary = SegmentSummary(
            number: segment, expected: Int(min(content.size.count, segment.fullSize.count) - first))
        disclosures = DisclosureIndex(nil, keys: nil, findings: &summary.findings)
    }

    private static func encoded(_ text: String) -> [UInt8] {
        var encoded: [UInt8] = []
        CanonicalJSON.append(string: text.utf8, to: &encoded)
        return Array(encoded.dropFirst().dropLast())
    }

    /// Checks everything.
    mutating func run() -> SegmentSummary {
        do throws(LogReadFailure) {
            if try isAway() { return summary }
            disclosures = DisclosureIndex(
                try content.disclosures(of: summary.number), keys: keys,
                findings: &summary.findings)
            try readEntries()
            let shift = shifts.finding(end: stop ?? nextIndex, holding) {
                content.file(ofEntry: $0)
            }
            if let shift { summary.findings.report(shift) }
            if place == summary.expected, unhashed.isEmpty { summary.joined = frontier.joined }
            try compareStored()
        } catch {
            summary.failure = error
        }
        return summary
    }

    private var nextIndex: LeafIndex {
        LeafIndex(summary.number.firstIndex.value + UInt64(place))
    }

    private mutating func readEntries() throws(LogReadFailure) {
        leafRow.reserveCapacity(summary.expected)
        offsets.reserveCapacity(summary.expected)
        while place < summary.expected {
            do throws(EntryStream.Stop) {
                try content.forEachBatch(of: summary.number, place..<summary.expected) {
                    take($0, $1, base: $2)
                }
                break
            } catch {
                try goOn(after: error)
            }
        }
        progress(summary.found % Self.progressStep)
    }

    /// Reports why reading stopped and passes over what could not be read, to where it can go on.
    private mutating func goOn(after reason: EntryStream.Stop) throws(LogReadFailure) {
        stop = nextIndex
        let resumed = content.resumption(after: place, of: summary.expected)
        let file = content.file(ofEntry: nextIndex)
        var finding: Finding
        switch reason {
        case .torn(let offset):
            holding = .tooFew
            finding = Finding(.entryTorn, file: file, index: nextIndex, offset: offset)
        case .excess(let file, let offset):
            holding = .tooMany
            return summary.findings.report(Finding(.trailingBytes, file: file, offset: offset))
        case .failed(let failure):
            guard failure.code == .missing || failure.code == .tooShort else { throw failure }
            finding = Finding(.fileMissing, file: file, index: nextIndex)
        }
        finding.count = resumed - place
        finding.lastIndex = LeafIndex(nextIndex.value + UInt64(resumed - place) - 1)
        summary.findings.report(finding)
        try passOver(resumed - place)
    }

    /// Takes the stored hashes of the next records in their place, so that those behind them can be checked.
    private mutating func passOver(_ count: Int) throws(LogReadFailure) {
        let next = nextIndex.value
        summary.unread.append(next..<next + UInt64(count))
        let stored = try content.storedHashes(level: .leaves, first: next, count: count)
        let lacking = next + UInt64(stored.count)..<next + UInt64(count)
        unhashed.formUnion(lacking)
        let first = leafRow.count
        leafRow += stored
        leafRow += repeatElement(NodeHash(.zero), count: lacking.count)
        grow(from: first)
        offsets += repeatElement(0, count: count)
        summary.last = nil
        lastHash = nil
        place += count
    }

    /// Hashes leaves and the nodes above them side by side, then reads the leaves one by one.
    private mutating func take(_ buffer: [UInt8], _ leaves: [Range<Int>], base: Int) {
        messages.removeAll()
        for leaf in leaves { messages.append(leaf) }
        let first = leafRow.count
        messages.hashLeaves(in: buffer.span, to: &leafRow)
        grow(from: first)
        for (place, leaf) in leaves.enumerated() {
            offsets.append(UInt32(truncatingIfNeeded: base + leaf.lowerBound - 2))
            take(buffer, leaf, LeafHash(leafRow[first + place].hash))
        }
    }

    /// Adds the leaves of the row from `first` on to the tree, and notes its root at the sizes of checkpoints.
    private mutating func grow(from first: Int) {
        let row = leafRow
        var next = first
        while next < row.count {
            let mark = nextMark < marks.count ? marks[nextMark] : nil
            let end = mark.map { Int($0 - summary.number.firstIndex.value) } ?? row.count
            let reached = min(end, row.count)
            var tiles: [NodeHash] = []
            frontier.append(contentsOf: row.span.extracting(next..<reached)) { level, _, node in
                if level.value == 1 { tiles.append(node) }
            }
            tileRow += tiles
            next = reached
            guard let mark, reached == end else { continue }
            if unhashed.isEmpty { summary.marks[mark] = frontier.joined }
            nextMark += 1
        }
    }

    private mutating func take(_ buffer: [UInt8], _ leaf: Range<Int>, _ hash: LeafHash) {
        let index = nextIndex
        let bytes = buffer.span.extracting(leaf)
        if scanner.scan(bytes) {
            summary.ours += 1
            check(scanner.facts, bytes, at: index, hash)
            if scanner.facts.isNotable(in: bytes) {
                note(Array(buffer[leaf]), scanner.facts, at: index)
            }
        } else {
            checkSlowly(Array(buffer[leaf]), at: index, hash)
        }
        lastHash = hash
        place += 1
        summary.found += 1
        if summary.found.isMultiple(of: Self.progressStep) { progress(Self.progressStep) }
    }

    private mutating func report(_ code: FindingCode, at index: LeafIndex, _ detail: String? = nil)
    {
        summary.findings.report(
            Finding(code, file: content.file(ofEntry: index), index: index, detail: detail))
    }

    /// Checks a record's place in the log; `bytes` are what the places in the facts refer to.
    private mutating func check(
        _ facts: LeafFacts, _ bytes: Span<UInt8>, at index: LeafIndex, _ hash: LeafHash
    ) {
        if facts.index != index.value { shifts.note(at: index, says: facts.index) }
        if let origin, !bytes.extracting(facts.origin).holdsSameBytes(as: origin.span) {
            report(.wrongOrigin, at: index)
        }
        if let lastHash, facts.previous != lastHash.hash { report(.brokenChain, at: index) }
        checkTime(bytes, facts.logTime, at: index)
        if place == 0 { summary.first = end(facts.previous, hash) }
        summary.last = SegmentSummary.End(previous: facts.previous, hash: hash, time: nil)
        if summary.runs.isEmpty
            || !summary.runs[summary.runs.count - 1].take(
                boot: facts.boot, sequence: facts.sequence, index: index, tally: facts.tally)
        {
            summary.runs.append(
                SequenceRun(
                    producer: text(bytes, facts.producer), boot: facts.boot,
                    sequence: facts.sequence, index: index, tally: facts.tally))
        }
        switch facts.stage {
        case .started: summary.open[facts.uid] = OpenAccess(index: index, boot: facts.boot)
        case .complete, .unknown:
            if summary.open.isEmpty || summary.open.removeValue(forKey: facts.uid) == nil {
                summary.outcomes.append(facts.uid)
            }
        case .refused, nil: break
        }
        facts.commitments.forEach { group, commitment in
            disclosures.check(
                commitment, group, of: index, &summary.disclosures, &summary.findings)
        }
    }

    /// Handles a leaf that the scanner did not accept: reports all its faults, and still checks what can be
    /// read.
    private mutating func checkSlowly(_ leaf: [UInt8], at index: LeafIndex, _ hash: LeafHash) {
        summary.last = SegmentSummary.End(previous: nil, hash: hash, time: nil)
        if place == 0 { summary.first = summary.last }
        let record: Record
        do throws(RecordFault) {
            record = try Record(leaf: leaf)
        } catch {
            if summary.takeLater(leaf, at: index, in: content.file(ofEntry: index)) { return }
            summary.leaveUnread(index)
            return report(.notARecord, at: index, error.text)
        }
        if record.isOfLaterSchema {
            _ = summary.takeLater(leaf, at: index, in: content.file(ofEntry: index))
        } else {
            if record.isOurs { summary.ours += 1 }
            for fault in record.faults { report(.notARecord, at: index, fault.text) }
        }
        guard let (facts, bytes) = LeafFacts.reading(record) else {
            if !record.isOfLaterSchema { summary.leaveUnread(index) }
            return
        }
        check(facts, bytes.span, at: index, hash)
        if facts.isNotable(in: bytes.span) { note(leaf, facts, at: index) }
    }

    private mutating func checkTime(_ bytes: Span<UInt8>, _ time: Range<Int>, at index: LeafIndex) {
        guard lastTime.count == time.count else {
            lastTime = Array(text(bytes, time).utf8)
            return
        }
        let same = PlainText.common(lastTime.span, 0, bytes.extracting(time), 0)
        guard same < time.count else { return }
        if bytes[time.lowerBound + same] < lastTime[same] { report(.timeWentBack, at: index) }
        for position in same..<time.count {
            lastTime[position] = bytes[time.lowerBound + position]
        }
    }

    private func end(_ previous: Hash256?, _ hash: LeafHash) -> SegmentSummary.End {
        SegmentSummary.End(previous: previous, hash: hash, time: instant)
    }

    /// `written.time` of the newest record read.
    var instant: UTCInstant? {
        UTCInstant(rfc3339: String(decoding: lastTime, as: UTF8.self))
    }

    private mutating func note(_ leaf: [UInt8], _ facts: LeafFacts, at index: LeafIndex) {
        do throws(RecordFault) {
            summary.notable.append(
                Notable(
                    index: index, boot: facts.boot, sequence: facts.sequence,
                    record: try Record(leaf: leaf)))
        } catch {
            report(.notARecord, at: index, error.text)
        }
    }

    private func text(_ bytes: Span<UInt8>, _ text: Range<Int>) -> String {
        String(decoding: text.map { bytes[$0] }, as: UTF8.self)
    }
}

extension SegmentCheck {
    /// Whether the segment is not here. The tree then goes on over its root, and that none of its records was read is
    /// reported, whatever the reason: nobody has signed it.
    private mutating func isAway() throws(LogReadFailure) -> Bool {
        let file = LogLayout.away(summary.number)
        do throws(LogReadFailure) {
            let state = try content.state(of: summary.number)
            guard let root = state.root, let absence = state.absence else { return false }
            reportAll(Finding(.segmentAway, file: file, index: nextIndex, detail: absence.text))
            try passOver(root)
        } catch {
            guard error.code == .badState else { throw error }
            reportAll(Finding(.segmentStateUnreadable, file: file, index: nextIndex))
        }
        return true
    }

    /// Reports what keeps all records of the segment from being read.
    private mutating func reportAll(_ finding: Finding) {
        var finding = finding
        let first = summary.number.firstIndex.value
        finding.count = summary.expected
        finding.lastIndex = LeafIndex(first + UInt64(summary.expected) - 1)
        summary.unread.append(first..<first + UInt64(summary.expected))
        summary.findings.report(finding)
    }

    private mutating func passOver(_ root: NodeHash) throws(LogReadFailure) {
        summary.joined = root
        guard let segments = TileLevel(2) else { return }
        summary.storedJoined = try content.storedHashes(
            level: segments, first: summary.number.value, count: 1
        ).first
        let different = try compare([root], level: segments, code: .nodeNotInTree, skipping: [])
        summary.isAsStored = different.isEmpty
    }
}
