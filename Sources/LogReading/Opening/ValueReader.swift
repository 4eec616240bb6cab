// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
import ByteCoding
package import Disclosures
import LogFormat
package import Merkle
import SignedNotes
import Synchronization

/// The personal values of a log on this host, a segment at a time; or none, if they stay sealed.
package struct ValueReader {
    private let snapshot: LogSnapshot
    /// Whether values are shown.
    package let isOpen: Bool
    private var segment: UInt64?
    private var values: SegmentValues?
    private let keys = KeptKeys()
    /// Of segments that were turned away from, as a search comes back to them.
    private var places: [UInt64: CommitmentPlaces] = [:]
    private static let mostPlacesBytes = 64 << 20
    /// Where the values of stretches of records are, as far as somebody knew.
    private var stretches: [UInt64: Range<Int>] = [:]
    private static let mostStretches = 65_536

    /// Values whose reading was recorded beforehand.
    package init(opening snapshot: LogSnapshot) {
        self.snapshot = snapshot
        isOpen = true
    }

    /// None.
    package init(sealing snapshot: LogSnapshot) {
        self.snapshot = snapshot
        isOpen = false
    }

    /// Whether to be told where the values of a record are saves reading a whole segment of them.
    package func needsPlace(of index: LeafIndex) -> Bool {
        isOpen && stretches[SealedStretch.number(of: index.value)] == nil
    }

    /// Takes note of where the values of a stretch of records are said to be. They are looked for there first: what is
    /// wrong costs time and nothing else.
    package mutating func note(_ place: Range<Int>, of stretch: UInt64) {
        if stretches.count >= Self.mostStretches { stretches.removeAll(keepingCapacity: true) }
        stretches[stretch] = place
    }

    private func stretch(of index: LeafIndex) -> Range<Int>? {
        stretches[SealedStretch.number(of: index.value)]
    }

    /// What is known of one record.
    package mutating func values(
        of record: Record, at index: LeafIndex
    ) throws(LogReadFailure) -> RecordValues {
        guard isOpen else { return .none }
        try turn(to: index)
        let near = stretch(of: index)
        let commitments = record.commitments.sorted { $0.key.rawValue < $1.key.rawValue }
        return RecordValues(
            members: try values?.values(of: commitments.map(\.value), near: near) ?? [])
    }

    /// The same, group by group; none if values stay sealed.
    ///
    /// - Parameter wanted: groups that are looked at; the others are left out.
    package mutating func groups(
        of record: Record, at index: LeafIndex,
        only wanted: Set<CommitGroup> = Set(CommitGroup.allCases)
    ) throws(LogReadFailure) -> [CommitGroup: OpenedGroup] {
        guard isOpen else { return [:] }
        try turn(to: index)
        let near = stretch(of: index)
        var groups: [CommitGroup: OpenedGroup] = [:]
        for (group, commitment) in record.commitments where wanted.contains(group) {
            groups[group] = try values?.group(of: commitment, near: near) ?? .unreadable
        }
        return groups
    }

    /// The same, with what proves it to others; empty if values stay sealed.
    package mutating func evidence(
        of record: Record, at index: LeafIndex
    ) throws(LogReadFailure) -> [CommitGroup: GroupEvidence] {
        guard isOpen else { return [:] }
        try turn(to: index)
        let near = stretch(of: index)
        var groups: [CommitGroup: GroupEvidence] = [:]
        for (group, commitment) in record.commitments {
            groups[group] = try values?.evidence(of: commitment, near: near) ?? .unreadable
        }
        return groups
    }

    /// Whose key seals a group of a record's values; nil if values stay sealed.
    package mutating func owner(
        of group: CommitGroup, of record: Record, at index: LeafIndex
    ) throws(LogReadFailure) -> SubjectID? {
        guard isOpen, let commitment = record.commitments[group] else { return nil }
        try turn(to: index)
        let near = stretch(of: index)
        return try values?.owner(of: commitment, near: near)
    }

    private mutating func turn(to index: LeafIndex) throws(LogReadFailure) {
        let number = SegmentNumber(of: index).value
        guard segment != number else { return }
        if let segment, let values {
            places[segment] = values.places
            if places.values.reduce(0, { $0 + $1.byteCount }) > Self.mostPlacesBytes {
                places = [segment: values.places]
            }
        }
        // Let go before the next is read: two segments of values are never held.
        (segment, values) = (nil, nil)
        if let keys = try keys.ring(of: snapshot) {
            values = try SegmentValues(
                snapshot, segment: number, keys, places[number] ?? CommitmentPlaces())
        }
        segment = number
    }
}

/// The keys of a log, read once for all copies of a reader.
private final class KeptKeys: Sendable {
    private let known = Mutex<KeyRing?>(nil)

    /// Nil if they are not there.
    func ring(of snapshot: LogSnapshot) throws(LogReadFailure) -> KeyRing? {
        if let ring = known.withLock({ $0 }) { return ring }
        let ring = try KeyRing(snapshot)
        known.withLock { $0 = ring }
        return ring
    }
}

/// Records whose sealed values are looked for together: neighbours of one segment.
package enum SealedStretch {
    package static let records: UInt64 = 16

    package static func number(of index: UInt64) -> UInt64 { index / records }
}
