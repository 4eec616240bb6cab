// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogFormat
internal import LogReading
internal import Merkle

/// What one segment holds, as far as the whole log needs to know it.
struct SegmentSummary: Sendable {
    let number: SegmentNumber
    /// How many records the segment has by the newest checkpoint.
    let expected: Int
    /// How many could be read.
    var found = 0
    /// Indices of those that could not, and of leaves in which no record could be read, rising.
    var unread: [Range<UInt64>] = []
    /// How many of the former claim to be records of ours.
    var ours = 0
    /// How many are of a schema that this version does not know.
    var later = 0
    /// How many of those do not say where they stand.
    var unplaced = 0
    /// All leaves as one node, once all were read.
    var joined: NodeHash?
    /// The same from the stored tree, for full segments.
    var storedJoined: NodeHash?
    /// The leaves up to a checkpoint's size as one node, by that size.
    var marks: [UInt64: NodeHash] = [:]
    var first: End?
    var last: End?
    /// Unbroken runs of sequence numbers, in the order they begin.
    var runs: [SequenceRun] = []
    /// Records about the log itself.
    var notable: [Notable] = []
    /// Accesses that start here without an outcome here.
    var open: [UniqueID: OpenAccess] = [:]
    /// Outcomes whose `started` record, if any, is in an earlier segment.
    var outcomes: [UniqueID] = []
    var disclosures = DisclosureTally()
    var findings = FindingList()
    /// Whether a file could not be read at all.
    var failure: LogReadFailure?

    /// Whether the stored hashes are those of the entries.
    var isAsStored = true

    /// Notes that no record could be read in a leaf, as ``unread`` ranges that adjoin are one.
    mutating func leaveUnread(_ index: LeafIndex) {
        if let last = unread.last, last.upperBound == index.value {
            unread[unread.count - 1] = last.lowerBound..<index.value + 1
        } else {
            unread.append(index.value..<index.value + 1)
        }
    }

    /// Takes a leaf of a schema that this version does not know. What such a schema allows, nobody knows here: where the
    /// leaf says its place as this version would, that is checked, and nothing else of it.
    ///
    /// - Returns: false for a leaf that is no such one.
    mutating func takeLater(_ leaf: [UInt8], at index: LeafIndex, in file: String?) -> Bool {
        guard let schema = Record.laterSchema(ofLeaf: leaf) else { return false }
        ours += 1
        later += 1
        findings.report(
            Finding(
                .laterSchema, file: file, index: index,
                detail: "\(schema); this program knows \(RecordSchema.name)"))
        do throws(RecordFault) {
            if LeafFacts.reading(try Record(leaf: leaf)) == nil { unplaced += 1 }
        } catch {
            unplaced += 1
        }
        return true
    }

    init(number: SegmentNumber, expected: Int) {
        self.number = number
        self.expected = expected
    }

    /// The first or last record of a segment.
    struct End: Sendable {
        /// `written.prev`; nil if the leaf is not a record.
        let previous: Hash256?
        let hash: LeafHash
        let time: UTCInstant?
    }
}

/// Consecutive sequence numbers of one boot, as they follow one another in the log.
struct SequenceRun: Sendable {
    let producer: String
    let boot: UniqueID
    let first: UInt64
    let firstIndex: LeafIndex
    private(set) var last: UInt64
    private(set) var lastIndex: LeafIndex
    /// How each record of the run counts.
    private(set) var tallies: [RecordTally]

    init(producer: String, boot: UniqueID, sequence: UInt64, index: LeafIndex, tally: RecordTally) {
        self.producer = producer
        self.boot = boot
        (first, last) = (sequence, sequence)
        (firstIndex, lastIndex) = (index, index)
        tallies = [tally]
    }

    /// How many records it has.
    var count: UInt64 { last - first + 1 }

    /// Takes the record if it is the run's next one.
    mutating func take(
        boot: UniqueID, sequence: UInt64, index: LeafIndex, tally: RecordTally
    ) -> Bool {
        guard boot == self.boot, sequence == last + 1 else { return false }
        last = sequence
        lastIndex = index
        tallies.append(tally)
        return true
    }
}

/// A record about the log itself.
struct Notable: Sendable {
    let index: LeafIndex
    let boot: UniqueID
    let sequence: UInt64
    let record: Record
}

/// An access that was started.
struct OpenAccess: Sendable {
    let index: LeafIndex
    let boot: UniqueID
}

/// The state of the records' commitments, counted by record and group.
package struct DisclosureTally: Hashable, Sendable {
    /// Opened, and matching.
    package internal(set) var matching = 0
    /// There, but not opened, as there are no keys.
    package internal(set) var withheld = 0
    /// The key was destroyed.
    package internal(set) var erased = 0
    /// Not there.
    package internal(set) var missing = 0
    /// Not matching, or damaged.
    package internal(set) var mismatching = 0

    mutating func add(_ other: DisclosureTally) {
        matching += other.matching
        withheld += other.withheld
        erased += other.erased
        missing += other.missing
        mismatching += other.mismatching
    }
}
