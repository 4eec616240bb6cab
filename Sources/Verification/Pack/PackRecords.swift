// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogReading
internal import Merkle

/// The records of a pack as they pass: places and hashes for the proof, and everything that is said about them.
struct PackRecords: SharedProofSource, ~Copyable {
    /// Why the records or their hashes cannot be read on.
    struct Stop: Error {
        let file: PackFile
        let cause: PackLines.Stop?
        let detail: String
    }

    private var lines: PackLines
    private var list: ArraySlice<NodeHash>
    private var hashLines: PackLines?
    private var disclosures: PackDisclosures
    private let range: Range<UInt64>
    private let selection: PackSelection
    private let origin: String
    private let progress: (UInt64) -> Void

    private(set) var tally: ProducerTally
    private(set) var counts = PackCounts()
    private(set) var policies = PolicyUses()
    private(set) var findings: PackFindingList
    private var previous: (index: UInt64, hash: LeafHash)?

    init(
        lines: consuming PackLines, list: [NodeHash], hashLines: consuming PackLines?,
        disclosures: consuming PackDisclosures, manifest: PackManifest,
        findings: PackFindingList, progress: @escaping (UInt64) -> Void
    ) {
        self.lines = lines
        self.list = list[...]
        self.hashLines = hashLines
        self.disclosures = disclosures
        range = manifest.range
        selection = manifest.selection
        origin = manifest.origin
        tally = ProducerTally(manifest.range)
        self.findings = findings
        self.progress = progress
    }

    mutating func nextLeaf() throws(Stop) -> (index: LeafIndex, hash: LeafHash)? {
        while let line = try line() {
            let leaf = Array(line)
            let hash = LeafHash(of: leaf)
            let record = Self.record(leaf)
            guard let index = place(of: record) else { continue }
            check(record, at: index, hash)
            previous = (index, hash)
            counts.take(index, record)
            if counts.records.isMultiple(of: 4096) { progress(counts.records) }
            return (LeafIndex(index), hash)
        }
        return nil
    }

    private mutating func line() throws(Stop) -> ArraySlice<UInt8>? {
        do throws(PackLines.Stop) {
            return try lines.next()
        } catch {
            throw Stop(file: .records, cause: error, detail: error.text)
        }
    }

    private static func record(_ leaf: [UInt8]) -> Record? {
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record): record.isOurs ? record : nil
        case .failure: nil
        }
    }

    /// Where a leaf stands; nil if that cannot be known, or contradicts the order.
    private mutating func place(of record: Record?) -> UInt64? {
        switch selection {
        case .all:
            let index = range.lowerBound + counts.records
            guard index < range.upperBound else {
                findings.report(.changed, .records, "more records than the range has")
                return nil
            }
            return index
        case .matches:
            guard let index = record?.index else {
                findings.report(
                    .unreadable, .records, "line \(lines.count) does not say which record it is")
                return nil
            }
            guard range.contains(index.value), previous.map({ $0.index < index.value }) ?? true
            else {
                findings.report(
                    .changed, .records, "it stands outside the range, or out of order", at: index)
                return nil
            }
            return index.value
        }
    }

    private mutating func check(_ record: Record?, at index: UInt64, _ hash: LeafHash) {
        let place = LeafIndex(index)
        guard let record else {
            tally.takeUnread()
            disclosures.skip(before: index, &findings)
            return
        }
        // A later schema may mean something else by members that only look like a place.
        let saysPlace = !record.isOfLaterSchema
        if saysPlace, let said = record.index, said != place {
            findings.report(
                .changed, .records, "it says that it is record \(said.value)", at: place)
        }
        if saysPlace, let said = record.origin, said != origin {
            findings.report(.changed, .records, "it says that it is of the log \(said)", at: place)
        }
        if saysPlace, let previous, previous.index + 1 == index, let named = record.previous,
            named != previous.hash.hash
        {
            findings.report(
                .changed, .records, "the next record commits to another one here",
                at: LeafIndex(previous.index))
        }
        tally.take(record)
        policies.take(record, at: index)
        disclosures.check(record, at: index, &counts, &findings)
    }

    mutating func nextHash() throws(Stop) -> NodeHash? {
        guard hashLines != nil else { return list.popFirst() }
        let found: Result<ArraySlice<UInt8>?, PackLines.Stop>
        do throws(PackLines.Stop) {
            found = .success(try hashLines?.next())
        } catch {
            found = .failure(error)
        }
        let count = hashLines?.count ?? 0
        switch found {
        case .failure(let stop): throw Stop(file: .shared, cause: stop, detail: stop.text)
        case .success(nil): return nil
        case .success(let line?):
            guard let hash = Hash256(base64: String(decoding: line, as: UTF8.self)) else {
                throw Stop(file: .shared, cause: nil, detail: "line \(count) is no hash")
            }
            return NodeHash(hash)
        }
    }

    /// What is left of the disclosures once all records have passed.
    mutating func finish() { disclosures.skip(before: .max, &findings) }
}

extension PackFormat {
    /// How the line that ends a file of lines begins; no leaf and no other line does.
    package static let endMark = Array("{\"end\":true,".utf8)
}

extension PackLines.Stop {
    var text: String {
        switch self {
        case .failed(let failure): failure.message
        case .tooLong: "a line is longer than \(PackFormat.mostLineBytes) bytes"
        case .cutOff: "it is cut off: its last line is missing, or has no end"
        case .empty: "a line is empty"
        case .miscounted: "its last line counts other lines than there are"
        case .followed: "something follows its last line"
        }
    }
}
