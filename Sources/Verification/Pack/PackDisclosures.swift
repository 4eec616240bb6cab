// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import Merkle

/// What is counted of a pack's records, to be compared with what its manifest says.
struct PackCounts {
    private(set) var records: UInt64 = 0
    private(set) var first: UInt64?
    private(set) var last: UInt64?
    private(set) var unread: UInt64 = 0
    /// By `event.class`.
    private(set) var classes: [Int64: UInt64] = [:]
    private(set) var disclosed: UInt64 = 0
    private(set) var erased: UInt64 = 0
    private(set) var missing: UInt64 = 0
    private(set) var withheld: UInt64 = 0
    /// The groups of those.
    private(set) var withheldGroups: Set<CommitGroup> = []
    /// `written.time` of the first and the last record.
    private(set) var times: (first: String?, last: String?)
    /// What the newest heartbeat says of the clock, and which record it is.
    private(set) var clock: JSONValue?

    mutating func take(_ index: UInt64, _ record: Record?) {
        records += 1
        first = first ?? index
        last = index
        guard let record else {
            unread += 1
            return
        }
        if let number = record.event("class")?.integer { classes[number, default: 0] += 1 }
        if let time = record.logTime?.rfc3339 { times = (times.first ?? time, time) }
        if record.action == EventAction.heartbeat.rawValue, let says = record.value["clock"] {
            clock = .object([
                JSONMember("record", .integer(Int64(clamping: index))), JSONMember("says", says),
            ])
        }
    }

    /// What became of the groups that a record commits to.
    mutating func take(disclosed: Int, erased: Int, missing: Int, withheld: [CommitGroup]) {
        self.disclosed += UInt64(disclosed)
        self.erased += UInt64(erased)
        self.missing += UInt64(missing)
        self.withheld += UInt64(withheld.count)
        withheldGroups.formUnion(withheld)
    }
}

/// Which versions of the rules decided, and which records.
package struct PolicyUses {
    package struct Use {
        package let first: UInt64
        package fileprivate(set) var last: UInt64
        package fileprivate(set) var records: UInt64

        package init(first: UInt64, last: UInt64, records: UInt64) {
            self.first = first
            self.last = last
            self.records = records
        }
    }

    package private(set) var uses: [String: Use] = [:]

    package init() {}

    /// Those that were counted so far.
    package init(_ uses: [String: Use]) { self.uses = uses }

    package mutating func take(_ record: Record, at index: UInt64) {
        guard let version = record.policyVersion, version.hasPrefix("sha256:") else { return }
        uses[version, default: Use(first: index, last: index, records: 0)].last = index
        uses[version]?.records += 1
    }
}

/// Findings of one kind about one file, the first of them in words and the others as a number.
struct PackFindingList {
    static let most = 20
    private(set) var findings: [PackFinding] = []
    private var counts: [String: Int] = [:]

    mutating func report(
        _ kind: PackFinding.Kind, _ file: PackFile, _ detail: String, at index: LeafIndex? = nil
    ) {
        let key = "\(kind.rawValue) \(file.name)"
        counts[key, default: 0] += 1
        if counts[key, default: 0] <= Self.most {
            findings.append(PackFinding(kind, file, detail, at: index))
        }
    }

    /// How many were found beyond those that are listed.
    var omitted: Int { counts.values.reduce(0) { $0 + max(0, $1 - Self.most) } }
}

/// The lines of `disclosures.ndjson`, each beside the record that it is of.
struct PackDisclosures: ~Copyable {
    private struct Line {
        let index: UInt64
        let group: String
        let value: JSONValue
    }

    private var lines: PackLines
    private var next: Line?
    private let groups: Set<String>
    /// The keys that each erasure record names.
    private let erasures: [UInt64: Set<String>]
    private var isEnded = false

    init(
        _ lines: consuming PackLines, groups: [String], erasures: [UInt64: Set<String>],
        _ findings: inout PackFindingList
    ) {
        self.lines = lines
        self.groups = Set(groups)
        self.erasures = erasures
        next = nil
        advance(&findings)
    }

    /// Judges what is said of a record's groups.
    mutating func check(
        _ record: Record, at index: UInt64, _ counts: inout PackCounts,
        _ findings: inout PackFindingList
    ) {
        skip(before: index, &findings)
        var (disclosed, erased, missing) = (0, 0, 0)
        var left = record.commitments
        while let line = next, line.index == index {
            let place = LeafIndex(index)
            if let group = CommitGroup(rawValue: line.group),
                let commitment = left.removeValue(forKey: group)
            {
                if let erasure = line.value["erased"] {
                    erased += 1
                    check(erasure, of: group, at: place, &findings)
                } else if line.value["missing"] == .bool(true) {
                    missing += 1
                    findings.report(
                        .absent, .disclosures,
                        "the log had no values of `\(group.rawValue)`, and no record explains that",
                        at: place)
                } else {
                    disclosed += 1
                    check(line.value, of: group, commitment, at: place, &findings)
                }
            } else {
                findings.report(
                    .changed, .disclosures,
                    "the record commits to no group `\(line.group)`, or it is there twice",
                    at: place)
            }
            advance(&findings)
        }
        counts.take(
            disclosed: disclosed, erased: erased, missing: missing, withheld: Array(left.keys))
    }

    private func check(
        _ line: JSONValue, of group: CommitGroup, _ commitment: Hash256, at index: LeafIndex,
        _ findings: inout PackFindingList
    ) {
        guard let salt = line["salt"]?.string.flatMap({ Base64.decode($0) }).flatMap({ Salt($0) }),
            let value = line["value"], value.members != nil
        else {
            return findings.report(
                .unreadable, .disclosures, "no salt and value of `\(group.rawValue)`", at: index)
        }
        let found = Disclosure.commitment(
            group: group, salt: salt, value: CanonicalJSON.encode(value))
        if found != commitment {
            findings.report(
                .changed, .disclosures,
                "the values of `\(group.rawValue)` are not those that were committed to", at: index)
        }
        if !groups.contains(group.rawValue) {
            findings.report(
                .changed, .disclosures,
                "`\(group.rawValue)` is not among the groups of the manifest", at: index)
        }
    }

    private func check(
        _ erasure: JSONValue, of group: CommitGroup, at index: LeafIndex,
        _ findings: inout PackFindingList
    ) {
        guard let key = erasure["key"]?.string,
            let number = erasure["record"]?.integer.flatMap({ UInt64(exactly: $0) })
        else {
            return findings.report(
                .unreadable, .disclosures, "no key and record of an erasure", at: index)
        }
        if erasures[number]?.contains(key) != true {
            findings.report(
                .absent, .erasures,
                "no proven record \(number) says that \(key) was erased (`\(group.rawValue)`)",
                at: index)
        }
    }

    /// Passes over lines of records that are not in the pack.
    mutating func skip(before index: UInt64, _ findings: inout PackFindingList) {
        while let line = next, line.index < index {
            findings.report(
                .changed, .disclosures, "no such record is in the pack", at: LeafIndex(line.index))
            advance(&findings)
        }
    }

    private mutating func advance(_ findings: inout PackFindingList) {
        let last = next
        next = nil
        guard !isEnded else { return }
        let bytes: ArraySlice<UInt8>?
        do throws(PackLines.Stop) {
            bytes = try lines.next()
        } catch {
            isEnded = true
            return findings.report(.unreadable, .disclosures, error.text)
        }
        guard let bytes else {
            isEnded = true
            return
        }
        let line = Self.line(Array(bytes))
        guard let line else {
            isEnded = true
            return findings.report(
                .unreadable, .disclosures, "line \(lines.count) is no disclosure")
        }
        if let last, (line.index, line.group) <= (last.index, last.group) {
            findings.report(
                .changed, .disclosures, "line \(lines.count) is out of order",
                at: LeafIndex(line.index))
        }
        next = line
    }

    private static func line(_ bytes: [UInt8]) -> Line? {
        let parsed = Result { () throws(JSONFault) in
            try JSONParser.parse(bytes, as: .canonical, deepest: PackFormat.deepest)
        }
        guard case .success(let value) = parsed,
            let index = value["index"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let group = value["group"]?.string
        else { return nil }
        return Line(index: index, group: group, value: value)
    }
}
