// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Crypto
internal import LogReading
internal import Merkle
package import SignedNotes

extension PackCheck {
    /// Reads all records once, with their proof and their disclosures, and compares what was counted with what is said.
    func checkRecords(
        _ manifest: PackManifest, _ erasures: [UInt64: Set<String>], _ source: PackSource,
        _ report: inout PackReport, progress: @escaping (UInt64) -> Void
    ) throws(LogReadFailure) {
        guard let lines = source.entries[PackFile.records.name],
            let disclosed = source.entries[PackFile.disclosures.name]
        else { return }
        let list: [NodeHash]
        var hashLines: PackLines? = nil
        switch manifest.selection {
        case .all:
            guard let bytes = try source.contents(PackFile.range.name) else { return }
            guard let value = Self.json(bytes), let hashes = Self.hashes(of: value) else {
                return report.add(.unreadable, .range, "it is no range and its hashes")
            }
            if !Self.isRange(value, of: manifest) {
                report.add(.changed, .range, "it is of another range than the manifest")
            }
            list = hashes
        case .matches:
            guard let entry = source.entries[PackFile.shared.name] else { return }
            list = []
            hashLines = try PackLines(entry)
        }
        var found = PackFindingList()
        let disclosures = PackDisclosures(
            try PackLines(disclosed), groups: manifest.groups, erasures: erasures, &found)
        var records = PackRecords(
            lines: try PackLines(lines), list: list, hashLines: hashLines.take(),
            disclosures: disclosures, manifest: manifest, findings: found, progress: progress)
        var isRead = true
        do throws(SharedProof.Fault<PackRecords.Stop>) {
            let root = try SharedProof.root(of: manifest.size, reading: &records)
            if root == manifest.root {
                report.isProven = true
            } else {
                report.add(.changed, .records, "records and proof do not lead to the signed root")
            }
        } catch {
            switch error {
            case .source(let stop):
                if case .failed(let failure)? = stop.cause { throw failure }
                report.add(.unreadable, stop.file, stop.detail)
                isRead = false
            case .tooFewHashes, .tooManyHashes:
                report.add(.changed, .records, "records and proof do not lead to the signed root")
            case .misplaced(let index):
                report.add(.changed, PackFile.records.name, "it is not in the log", at: index)
            }
        }
        // Of records that were not read, disclosures may well be.
        if isRead { records.finish() }
        report.take(records.findings)
        report.counts = records.counts
        guard report.isProven else { return }
        // What could not be read to its end was not counted to its end.
        let isCounted = !records.findings.findings.contains {
            $0.kind == .unreadable && $0.file == PackFile.disclosures.name
        }
        if isCounted { compare(records.counts, manifest, &report) }
        try checkCompleteness(records.tally, manifest, source, &report)
        try checkPolicies(records.policies, source, &report)
    }

    private static func isRange(_ value: JSONValue, of manifest: PackManifest) -> Bool {
        value["first"]?.integer == Int64(clamping: manifest.range.lowerBound)
            && value["end"]?.integer == Int64(clamping: manifest.range.upperBound)
            && value["size"]?.integer == Int64(clamping: manifest.size.count)
    }

    private static func hashes(of value: JSONValue) -> [NodeHash]? {
        guard let items = value["hashes"]?.array else { return nil }
        let hashes = items.compactMap { $0.string.flatMap { Hash256(base64: $0) } }
        return hashes.count == items.count ? hashes.map { NodeHash($0) } : nil
    }

    static func json(_ bytes: [UInt8]) -> JSONValue? {
        switch Result(catching: { () throws(JSONFault) in
            try JSONParser.parse(bytes, as: .canonical, deepest: PackFormat.deepest)
        }) {
        case .success(let value): value
        case .failure: nil
        }
    }

    private func compare(
        _ counts: PackCounts, _ manifest: PackManifest, _ report: inout PackReport
    ) {
        let pairs = [
            ("records", counts.records), ("unread", counts.unread),
            ("disclosed", counts.disclosed), ("erased", counts.erased),
            ("missing", counts.missing), ("withheld", counts.withheld),
        ]
        for (name, count) in pairs where manifest.count(name) != count {
            report.add(
                .changed, .manifest,
                "it says \(name) \(manifest.count(name).map { "\($0)" } ?? "nothing"), there are \(count)"
            )
        }
        if manifest.count("first") != counts.first || manifest.count("last") != counts.last {
            report.add(.changed, .manifest, "it names another first or last record")
        }
        let classes = manifest.value[path: "5_rows", "classes"]?.members ?? []
        let said = classes.map { ($0.name, $0.value.integer) }.sorted { $0.0 < $1.0 }
        let found = counts.classes.map { ("\($0.key)", Int64(clamping: $0.value)) }
            .sorted { $0.0 < $1.0 }
        if said.count != found.count
            || !zip(said, found).allSatisfy({ $0.0 == $1.0 && $0.1 == $1.1 })
        {
            report.add(.changed, .manifest, "its counts by class are not those of the records")
        }
        compareClaims(counts, manifest, &report)
        guard manifest.selection == .all else { return }
        let wanted = manifest.range.upperBound - manifest.range.lowerBound
        if counts.records != wanted {
            report.add(.changed, .records, "\(counts.records) records for a range of \(wanted)")
        }
    }

    /// What the manifest says of the query and of times, as far as the records tell.
    private func compareClaims(
        _ counts: PackCounts, _ manifest: PackManifest, _ report: inout PackReport
    ) {
        let times = manifest.value["3_times"]
        if times?["first"]?.string != counts.times.first
            || times?["last"]?.string != counts.times.last
        {
            report.add(.changed, .manifest, "it names other times than the records")
        }
        // Filtered records may leave the heartbeat out that the exporter saw.
        if manifest.selection == .all, times?["clock"] != counts.clock {
            report.add(.changed, .manifest, "what it says of the clock, no heartbeat does")
        }
        if manifest.selection == .matches, manifest.count("matches") != counts.records {
            report.add(.changed, .manifest, "not all of its records are said to match")
        }
        guard let query = manifest.value["4_query"], let text = query["text"]?.string else {
            return
        }
        if query["hash"]?.string != Self.hash(of: text, salt: query["salt"]) {
            report.add(.changed, .manifest, "`4_query.hash` is not that of the query")
        }
    }

    /// What records call a query by; nil where what is given as its salt is none.
    private static func hash(of query: String, salt: JSONValue?) -> String? {
        var bytes: [UInt8] = []
        if let salt {
            guard let known = salt.string.flatMap({ Base64.decode($0) }), known.count == 16 else {
                return nil
            }
            bytes = known
        }
        bytes += Array("countersign/query/v1\n\(query)".utf8)
        return "sha256:" + Hex.encode(SHA256.hash(data: bytes))
    }

    private func checkCompleteness(
        _ tally: ProducerTally, _ manifest: PackManifest, _ source: PackSource,
        _ report: inout PackReport
    ) throws(LogReadFailure) {
        guard let bytes = try source.contents(PackFile.completeness.name) else { return }
        guard let value = Self.json(bytes) else {
            return report.add(.unreadable, .completeness, "it is no JSON in canonical form")
        }
        // Of filtered records, nobody can count what was left out.
        guard manifest.selection == .all else { return }
        if value != tally.value {
            report.add(.changed, .completeness, "the records say otherwise")
        }
        report.hasGaps = tally.hasGaps
    }

    private func checkPolicies(
        _ policies: PolicyUses, _ source: PackSource, _ report: inout PackReport
    ) throws(LogReadFailure) {
        guard let entry = source.entries[PackFile.policies.name] else { return }
        var lines = try PackLines(entry)
        var left = policies.uses
        var before: (Int64, String) = (-1, "")
        do throws(PackLines.Stop) {
            while let line = try lines.next() {
                guard let value = Self.json(Array(line)), let version = value["version"]?.string,
                    let first = value["first"]?.integer
                else {
                    return report.add(.unreadable, .policies, "line \(lines.count) is no policy")
                }
                if (first, version) <= before {
                    report.add(.changed, .policies, "\(version) is out of order")
                }
                before = (first, version)
                guard let use = left.removeValue(forKey: version),
                    first == Int64(clamping: use.first),
                    value["last"]?.integer == Int64(clamping: use.last),
                    value["records"]?.integer == Int64(clamping: use.records)
                else {
                    report.add(.changed, .policies, "\(version) decided other records than it says")
                    continue
                }
                guard let text = value["text"]?.string else {
                    report.unheldPolicies += 1
                    continue
                }
                if "sha256:" + Hex.encode(SHA256.hash(data: Array(text.utf8))) != version {
                    report.add(.changed, .policies, "the text of \(version) has another digest")
                }
            }
        } catch {
            if case .failed(let failure) = error { throw failure }
            return report.add(.unreadable, .policies, error.text)
        }
        for version in left.keys.sorted() {
            report.add(.absent, .policies, "\(version) decided records, and is not there")
        }
    }

    /// The records that explain erased values, each proven by itself: which keys they name.
    func erasures(
        _ checkpoint: UnverifiedCheckpoint, _ source: PackSource, _ report: inout PackReport
    ) throws(LogReadFailure) -> [UInt64: Set<String>] {
        guard let entry = source.entries[PackFile.erasures.name] else { return [:] }
        var lines = try PackLines(entry)
        var erasures: [UInt64: Set<String>] = [:]
        var before: LeafIndex?
        do throws(PackLines.Stop) {
            while let line = try lines.next() {
                guard let erasure = PackErasure(Array(line)) else {
                    report.add(.unreadable, .erasures, "line \(lines.count) is no proven record")
                    return erasures
                }
                if let before, before >= erasure.index {
                    report.add(
                        .changed, PackFile.erasures.name, "it is out of order", at: erasure.index)
                }
                before = erasure.index
                let proof = InclusionProof(
                    index: erasure.index, size: checkpoint.claim.size, path: erasure.path)
                guard proof.check(LeafHash(of: erasure.leaf), in: checkpoint.claim.root) == .holds
                else {
                    report.add(
                        .changed, PackFile.erasures.name, "it is not in the log", at: erasure.index)
                    continue
                }
                erasures[erasure.index.value] = erasure.keys
            }
        } catch {
            if case .failed(let failure) = error { throw failure }
            report.add(.unreadable, .erasures, error.text)
        }
        return erasures
    }
}

/// One line of `erasures.ndjson`.
struct PackErasure {
    let index: LeafIndex
    let leaf: [UInt8]
    let path: [NodeHash]
    /// The keys of subjects and periods that it says were destroyed.
    let keys: Set<String>

    init?(_ line: [UInt8]) {
        guard let value = PackCheck.json(line), let leaf = value["leaf"]?.string,
            let index = value["index"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let items = value["path"]?.array
        else { return nil }
        let path = items.compactMap { $0.string.flatMap { Hash256(base64: $0) } }
        guard path.count == items.count,
            case .success(let record) = Result(catching: { () throws(RecordFault) in
                try Record(leaf: Array(leaf.utf8))
            }), record.action == EventAction.privacyErase.rawValue
        else { return nil }
        self.index = LeafIndex(index)
        self.leaf = Array(leaf.utf8)
        self.path = path.map { NodeHash($0) }
        keys = Set(
            ["subjects", "periods"].flatMap {
                record.value[path: "erase", $0]?.array?.compactMap(\.string) ?? []
            })
    }
}

/// The content of `consistency.txt`: `old SIZE`, hashes line by line, an empty line, and the older checkpoint.
package struct PackConsistency {
    let path: [NodeHash]
    package let checkpoint: UnverifiedCheckpoint

    package init?(_ bytes: [UInt8]) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        guard let first = lines.popFirst() else { return nil }
        var path: [NodeHash] = []
        while let line = lines.popFirst(), !line.isEmpty {
            guard let hash = Hash256(base64: String(decoding: line, as: UTF8.self)),
                path.count < 128
            else { return nil }
            path.append(NodeHash(hash))
        }
        let note = Array(lines.joined(separator: [0x0A]))
        guard
            case .success(let checkpoint) = Result(catching: { () throws(CheckpointReadFault) in
                try UnverifiedCheckpoint(note)
            }), first.elementsEqual("old \(checkpoint.claim.size.count)".utf8)
        else { return nil }
        self.path = path
        self.checkpoint = checkpoint
    }
}
