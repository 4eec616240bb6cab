// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Crypto
internal import Disclosures
internal import Glibc
package import LogReading
internal import Merkle
internal import RecordForms
internal import SignedNotes
package import SystemPackage
internal import Verification

/// Writes an evidence pack into a folder, record by record: memory does not grow with their number.
///
/// Every leaf of the range passes once. On the way the tree's root is computed from the leaves, so that a log that does not
/// hold what was signed is not handed over.
package struct PackWriter {
    /// What was written.
    package struct Summary: Sendable {
        package let records: UInt64
        package let matches: UInt64
        package let undecided: UInt64
        package let range: Range<UInt64>
        /// The digest of everything that depends on log and query alone.
        package let content: String
        /// The digest of the manifest, which stands for the whole pack.
        package let manifest: String
        /// All files, for an archive.
        package let files: [(name: String, path: FilePath)]
        /// How many versions of the rules decided of which no text is known.
        package let unheldPolicies: Int
        package let isSigned: Bool
    }

    let order: EvidenceOrder
    let source: EvidenceSource
    let folder: FilePath
    var files: [PackContent] = []
    var counts = PackTotals()
    private var erasures: Erasures?
    /// Records that explain erased values.
    var explaining: Set<UInt64> = []
    /// Whether files that an interrupted export left are written anew.
    var isResumed = false
    private let rowsInPart: UInt64

    /// - Parameters:
    ///   - folder: there, empty, and nobody else's; or what an interrupted export of the same order left.
    ///   - rowsInPart: most rows of one file for spreadsheets.
    package init(
        _ order: EvidenceOrder, _ source: EvidenceSource, to folder: FilePath,
        rowsInPart: UInt64 = PackFormat.rowsInPart
    ) {
        self.order = order
        self.source = source
        self.folder = folder
        self.rowsInPart = rowsInPart
    }

    /// Whether anything in the pack is for few eyes.
    var isPrivate: Bool { !order.groups.isEmpty }

    /// Writes everything, or goes on with it.
    ///
    /// - Parameter values: opens what is disclosed, and what the query depends on.
    /// - Returns: nil if it was to pause.
    package mutating func write(
        _ values: inout ValueReader, _ pace: ExportPace
    ) throws(EvidenceFailure) -> Summary? {
        let work: PackWork
        if let state = pace.state {
            work = try resumed(SavedState(state, of: folder))
        } else {
            work = try begun()
        }
        var (scan, proof, hashes, tally) = (work.scan, work.proof, work.hashes, work.tally)
        let files = work.files
        let takesAll = order.takesAll
        var keeping = ExportPace.Keeping(pace)
        while !scan.isOver {
            try scan.step(&values) { leaf, values throws(EvidenceFailure) in
                if let record = leaf.record { tally.take(record) } else { tally.takeUnread() }
                let isTaken = takesAll || leaf.isMatch
                proof.append(LeafHash(of: leaf.bytes), isTaken: isTaken) { hashes.add($0) }
                try hashes.flush()
                counts.noteClock(leaf.record, at: leaf.index)
                guard isTaken else { return }
                try Self.requireLine(leaf, takesAll: takesAll)
                try files.records.append(line: leaf.bytes)
                counts.take(leaf)
                guard let record = leaf.record else { return }
                let groups = try disclose(record, leaf, to: files.disclosures, &values)
                guard leaf.isMatch else { return }
                try files.sheet.append(record, at: leaf.index, groups)
                try files.events.append(record, at: leaf.index, groups)
            }
            pace.progress(scan.progress(files.bytes))
            let isPaused = try keeping.afterWindow(isLast: scan.isOver) {
                () throws(EvidenceFailure) in
                try state(
                    PackWork(
                        scan: scan, proof: proof, hashes: hashes, tally: tally, files: files))
            }
            if isPaused { return nil }
        }
        try skip(scan.range.upperBound..<source.checkpoint.claim.size.count, &proof, &hashes)
        let root = proof.finish { hashes.add($0) }
        try hashes.flush()
        guard root == source.checkpoint.claim.root else { throw .notAsSigned }
        try end(files.records, .records, lines: counts.records)
        try end(files.disclosures, .disclosures, lines: counts.disclosureLines)
        for (files, role) in [(files.sheet, PackRole.derived), (files.events, .derived)] {
            for file in try files.close() { take(file.path, file.bytes, file.digest, role) }
        }
        try endProof(hashes, scan.range)
        try write(CanonicalJSON.encode(tally.value), to: .completeness)
        return try finish(scan)
    }

    private mutating func begun() throws(EvidenceFailure) -> PackWork {
        let scan = try EvidenceScan(order, source)
        if !order.takesAll { try makeProofFolder() }
        var work = PackWork(
            scan: scan, proof: SharedProofBuilder(),
            hashes: PackHashes(all: order.takesAll ? nil : try newFile(.shared)),
            tally: ProducerTally(scan.range),
            files: PackFiles(
                records: try newFile(.records), disclosures: try newFile(.disclosures),
                sheet: try derived(.sheet, nil), events: try derived(.ocsf, nil)))
        try skip(0..<scan.range.lowerBound, &work.proof, &work.hashes)
        return work
    }

    /// A line of a pack is one leaf, which has to say its place where the lines before it do not.
    private static func requireLine(
        _ leaf: EvidenceScan.Leaf, takesAll: Bool
    ) throws(EvidenceFailure) {
        let isLine = !leaf.bytes.contains(0x0A) && !leaf.bytes.starts(with: PackFormat.endMark)
        guard isLine, takesAll || leaf.record?.index == leaf.index else {
            throw .notARecord(leaf.index)
        }
    }

    // MARK: Records

    /// Writes what is disclosed of a record, and what became of the rest.
    ///
    /// - Returns: the groups as derived files show them.
    private mutating func disclose(
        _ record: Record, _ leaf: EvidenceScan.Leaf, to file: NewFile, _ values: inout ValueReader
    ) throws(EvidenceFailure) -> [CommitGroup: OpenedGroup] {
        let commitments = record.commitments
        guard !commitments.isEmpty else { return [:] }
        // What does not match is there for completeness only.
        guard leaf.isMatch, values.isOpen else {
            counts.withheld += UInt64(commitments.count)
            return [:]
        }
        let evidence: [CommitGroup: GroupEvidence]
        do throws(LogReadFailure) {
            evidence = try values.evidence(of: record, at: leaf.index)
        } catch {
            throw .reading(error)
        }
        var shown: [CommitGroup: OpenedGroup] = [:]
        for group in commitments.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            var members = [
                JSONMember("group", .string(group.rawValue)),
                JSONMember("index", .integer(Int64(clamping: leaf.index.value))),
            ]
            switch evidence[group] {
            case .opened(let salt, let object) where order.groups.contains(group):
                members.append(JSONMember("salt", .string(Base64.encode(salt.bytes))))
                members.append(JSONMember("value", object))
                counts.disclosed += 1
                shown[group] = .opened(object)
            case .erased(let block):
                shown[group] = .erased
                if let (key, record) = try erasure(of: block) {
                    counts.erased += 1
                    explaining.insert(record)
                    members.insert(
                        JSONMember(
                            "erased",
                            .object([
                                JSONMember("key", .string(key)),
                                JSONMember("record", .integer(Int64(clamping: record))),
                            ])), at: 0)
                } else {
                    counts.missing += 1
                    members.append(JSONMember("missing", .bool(true)))
                }
            case .unreadable where order.groups.contains(group):
                counts.missing += 1
                members.append(JSONMember("missing", .bool(true)))
            case .opened, .unreadable, nil:
                counts.withheld += 1
                continue
            }
            try file.append(line: CanonicalJSON.encode(.object(members)))
            counts.disclosureLines += 1
        }
        return shown
    }

    /// Which key of a block was erased, and by which record. The log is read for them once, at the first.
    private mutating func erasure(
        of block: DisclosureBlock
    ) throws(EvidenceFailure) -> (key: String, record: UInt64)? {
        if erasures == nil {
            let snapshot = source.snapshot
            erasures = try EvidenceFailure.reading { () throws(LogReadFailure) in
                try snapshot.erasures()
            }
        }
        for key in [block.subject.text, block.period.text] {
            // One that was written after the checkpoint explains nothing to its reader.
            if let record = erasures?.records[key], source.checkpoint.claim.size.contains(record) {
                return (key, record.value)
            }
        }
        return nil
    }

    // MARK: Proof

    /// Passes over leaves beside the range, by the hashes that the log has stored of them.
    private func skip(
        _ leaves: Range<UInt64>, _ proof: inout SharedProofBuilder, _ hashes: inout PackHashes
    ) throws(EvidenceFailure) {
        let subtrees = PerfectSubtree.covering(leaves)
        let snapshot = source.snapshot
        let known = try EvidenceFailure.reading { () throws(LogReadFailure) in
            var reader = try snapshot.hashReader()
            return try reader.hashes(of: subtrees)
        }
        for (subtree, hash) in zip(subtrees, known) {
            proof.skip(subtree, hash) { hashes.add($0) }
        }
        try hashes.flush()
    }

    private mutating func endProof(
        _ hashes: PackHashes, _ range: Range<UInt64>
    ) throws(EvidenceFailure) {
        if let file = hashes.file { return try end(file, .shared, lines: hashes.count) }
        let value = JSONValue.object([
            JSONMember("end", .integer(Int64(clamping: range.upperBound))),
            JSONMember("first", .integer(Int64(clamping: range.lowerBound))),
            JSONMember("hashes", .array(hashes.list.map { .string($0.hash.base64) })),
            JSONMember("size", .integer(Int64(clamping: source.checkpoint.claim.size.count))),
        ])
        try write(CanonicalJSON.encode(value), to: .range)
    }

    // MARK: Files

    private func makeProofFolder() throws(EvidenceFailure) {
        let path = folder.appending("proofs")
        // Safe: the call reads the path while it runs, and keeps nothing.
        guard unsafe path.withPlatformString({ unsafe mkdir($0, isPrivate ? 0o700 : 0o755) }) == 0
        else { throw .writing(path, Errno(rawValue: errno)) }
    }

    func newFile(_ file: PackFile) throws(EvidenceFailure) -> NewFile {
        try NewFile(folder.appending(file.name), isPrivate: isPrivate, replacing: isResumed)
    }

    /// The files of a list that goes with the pack, from the beginning or from a state.
    func derived(
        _ form: DerivedForm, _ state: SavedState?
    ) throws(EvidenceFailure) -> DerivedFiles {
        let folder = folder
        let (name, ending) = form == .sheet ? ("records", ".csv") : ("ocsf", ".ndjson")
        let path = { (part: Int) in
            folder.appending(part == 1 ? name + ending : "\(name)-\(part)\(ending)")
        }
        guard let state else {
            return try DerivedFiles(
                form, isMarked: true, isPrivate: isPrivate, rowsInPart: rowsInPart, name: path)
        }
        return try DerivedFiles(
            form, isMarked: true, isPrivate: isPrivate, rowsInPart: rowsInPart, state, name: path)
    }

    private mutating func end(
        _ file: NewFile, _ name: PackFile, lines: UInt64
    ) throws(EvidenceFailure) {
        try file.append(line: PackFormat.end(lines: lines).utf8)
        let digest = try file.close()
        files.append(
            PackContent(name: name.name, bytes: file.count, digest: digest, role: .evidence))
    }

    private mutating func take(
        _ path: FilePath, _ bytes: Int64, _ digest: String, _ role: PackRole
    ) {
        guard let name = path.lastComponent?.string else { return }
        files.append(PackContent(name: name, bytes: bytes, digest: digest, role: role))
    }

    /// Writes a whole small file.
    mutating func write(
        _ bytes: [UInt8], to name: PackFile, as role: PackRole = .evidence
    ) throws(EvidenceFailure) {
        let file = try newFile(name)
        try file.append(bytes)
        let digest = try file.close()
        files.append(PackContent(name: name.name, bytes: file.count, digest: digest, role: role))
    }
}
