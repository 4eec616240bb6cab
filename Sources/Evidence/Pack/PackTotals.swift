// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Merkle
internal import Verification

/// A file of a pack as its manifest names it.
struct PackContent {
    let name: String
    let bytes: Int64
    let digest: String
    let role: PackRole
}

/// The hashes of a proof: kept for a range, which has few, and written out for filtered records.
struct PackHashes {
    let file: NewFile?
    private(set) var list: [NodeHash]
    private(set) var count: UInt64

    /// - Parameters:
    ///   - file: nil keeps them.
    ///   - list: those that were kept so far, or how many were written out.
    init(all file: NewFile?, list: [NodeHash] = [], count: UInt64 = 0) {
        self.file = file
        self.list = list
        self.count = count
    }

    mutating func add(_ hash: NodeHash) {
        list.append(hash)
        count += 1
    }

    /// Writes out what has come together.
    mutating func flush() throws(EvidenceFailure) {
        guard let file, !list.isEmpty else { return }
        for hash in list { try file.append(line: hash.hash.base64.utf8) }
        list.removeAll(keepingCapacity: true)
    }
}

/// What is counted for the manifest.
struct PackTotals {
    private(set) var records: UInt64 = 0
    private(set) var first: UInt64?
    private(set) var last: UInt64?
    private(set) var firstWritten: String?
    private(set) var lastWritten: String?
    private(set) var classes: [Int64: UInt64] = [:]
    private(set) var policies = PolicyUses()
    /// Leaves that are no records of this version.
    private(set) var unread: UInt64 = 0
    /// The newest heartbeat's word on the clock.
    private(set) var clock: (index: UInt64, value: JSONValue)?
    var disclosed: UInt64 = 0
    var erased: UInt64 = 0
    var missing: UInt64 = 0
    var withheld: UInt64 = 0
    var disclosureLines: UInt64 = 0

    init() {}

    /// Goes on where others were.
    init(_ state: SavedState) throws(EvidenceFailure) {
        records = try state.number("records")
        first = try state.numberIfAny("first")
        last = try state.numberIfAny("last")
        firstWritten = state.textIfAny("first_written")
        lastWritten = state.textIfAny("last_written")
        unread = try state.number("unread")
        if let index = try state.numberIfAny("clock_index") {
            clock = (index, try state.any("clock"))
        }
        for part in try state.parts("classes") {
            classes[try part.integer("class")] = try part.number("records")
        }
        var uses: [String: PolicyUses.Use] = [:]
        for part in try state.parts("policies") {
            uses[try part.text("version")] = PolicyUses.Use(
                first: try part.number("first"), last: try part.number("last"),
                records: try part.number("records"))
        }
        policies = PolicyUses(uses)
        disclosed = try state.number("disclosed")
        erased = try state.number("erased")
        missing = try state.number("missing")
        withheld = try state.number("withheld")
        disclosureLines = try state.number("disclosure_lines")
    }

    /// What ``init(_:)`` needs.
    var state: JSONValue {
        var members = [
            JSONMember("records", .count(records)), JSONMember("unread", .count(unread)),
            JSONMember("disclosed", .count(disclosed)), JSONMember("erased", .count(erased)),
            JSONMember("missing", .count(missing)), JSONMember("withheld", .count(withheld)),
            JSONMember("disclosure_lines", .count(disclosureLines)),
            JSONMember(
                "classes",
                .array(
                    classes.map { number, count in
                        .object([
                            JSONMember("class", .integer(number)),
                            JSONMember("records", .count(count)),
                        ])
                    })),
            JSONMember(
                "policies",
                .array(
                    policies.uses.map { version, use in
                        .object([
                            JSONMember("first", .count(use.first)),
                            JSONMember("last", .count(use.last)),
                            JSONMember("records", .count(use.records)),
                            JSONMember("version", .string(version)),
                        ])
                    })),
        ]
        if let first { members.append(JSONMember("first", .count(first))) }
        if let last { members.append(JSONMember("last", .count(last))) }
        if let text = firstWritten { members.append(JSONMember("first_written", .string(text))) }
        if let text = lastWritten { members.append(JSONMember("last_written", .string(text))) }
        if let clock {
            members += [
                JSONMember("clock_index", .count(clock.index)), JSONMember("clock", clock.value),
            ]
        }
        return .object(members)
    }

    mutating func take(_ leaf: EvidenceScan.Leaf) {
        records += 1
        first = first ?? leaf.index.value
        last = leaf.index.value
        guard let record = leaf.record else {
            unread += 1
            return
        }
        if let written = record.logTime?.rfc3339 {
            firstWritten = firstWritten ?? written
            lastWritten = written
        }
        if let number = record.event("class")?.integer { classes[number, default: 0] += 1 }
        policies.take(record, at: leaf.index.value)
    }

    mutating func noteClock(_ record: Record?, at index: LeafIndex) {
        guard let record, record.action == EventAction.heartbeat.rawValue,
            let value = record.value["clock"]
        else { return }
        clock = (index.value, value)
    }
}
