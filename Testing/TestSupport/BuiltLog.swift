// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
package import AuditRecords
package import ByteCoding
internal import Disclosures
import Crypto
import LogFormat
package import Merkle
package import SignedNotes

/// A log built record by record, sound in every hash and signature, whatever its records say: what a proxy
/// that loses records would write.
package struct BuiltLog {
    package let signer: NoteSigner
    /// Who signs from here on.
    package var signers: [NoteSigner]
    private var entries: [UInt8] = []
    private var frontier = Frontier()
    private var previous = Hash256.zero
    private var journal: [UInt8] = []
    private var offsets: [UInt8] = []
    private var rows: [TileLevel: [UInt8]] = [:]
    private var files: [String: [UInt8]] = [:]
    private let encodedOrigin: [UInt8]
    /// Microseconds; advances with each record.
    package private(set) var clock: Int64 = 1_795_000_000_000_000

    package init() throws {
        guard let name = KeyName("log.example") else {
            throw FixtureFault.badName
        }
        signer = NoteSigner(
            name: name,
            key: try Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: 7, count: 32)))
        signers = [signer]
        var encoded: [UInt8] = []
        CanonicalJSON.append(string: name.text.utf8, to: &encoded)
        encodedOrigin = encoded
    }

    package var size: UInt64 { frontier.size.count }

    var nextIndex: LeafIndex { frontier.size.nextIndex }

    /// Hash of the newest leaf.
    package var newestHash: Hash256 { previous }

    /// A unique id.
    package static func id(_ number: UInt64) -> UniqueID {
        UniqueID(at: UTCInstant(microseconds: 1_795_000_000_000_000), random: (number, number << 2))
    }

    private var now: UTCInstant { UTCInstant(microseconds: clock) }

    /// Adds a record of a start with the sequence number given.
    package mutating func append(_ record: SystemRecord, boot: UniqueID, _ sequence: UInt64) {
        append(record.draft(producer: EncodedProducer(uid: "proxy-a", boot: boot)), sequence)
    }

    /// Adds a draft, perhaps again: drafts are costly to make, completing them is not.
    package mutating func append(_ draft: RecordDraft, _ sequence: UInt64) {
        clock += 1000
        var leaf: [UInt8] = []
        draft.complete(
            index: frontier.size.nextIndex, encodedOrigin: encodedOrigin, previous: previous,
            time: now, sequence: sequence, into: &leaf)
        append(leaf: leaf)
    }

    package mutating func append(leaf: [UInt8]) {
        if size > 0, size.isMultiple(of: 65_536) { finishSegment() }
        let hash = LeafHash(of: leaf)
        frontier.append(hash) { level, node in
            node.hash.append(to: &rows[level, default: []])
        }
        previous = hash.hash
        BigEndian.append(UInt32(entries.count), to: &offsets)
        BigEndian.append(UInt16(leaf.count), to: &entries)
        entries += leaf
    }

    private mutating func finishSegment() {
        guard size > 0 else { return }
        let number = SegmentNumber((size - 1) / 65_536)
        files[LogLayout.entries(number)] = entries
        files[LogLayout.offsets(number)] = offsets
        entries = []
        offsets = []
    }

    /// Signs the log as it is now.
    package mutating func sign() throws {
        let checkpoint = Checkpoint(
            origin: LogOrigin(signer.name), size: frontier.size, root: frontier.root())
        let note = try checkpoint.signed(by: signers).encode()
        CheckpointJournal.append(note, to: &journal)
        files[LogLayout.checkpoint] = note
    }

    /// The files of the log by their paths, signed.
    package mutating func signedFiles() throws -> [String: [UInt8]] {
        try sign()
        finishSegment()
        files[LogLayout.checkpointJournal] = journal
        for (level, row) in rows { files[LogLayout.tree(level: level.value)] = row }
        return files
    }
}

extension BuiltLog {
    private static let time = UTCInstant(microseconds: 1_795_000_000_000_000)

    package mutating func start(_ boot: UniqueID, after previous: PreviousBoot? = nil) {
        append(
            SystemRecord.logStart(
                uid: Self.id(size + 1_000_000), time: Self.time, previous: previous,
                recovery: RecoveryFacts(
                    wasClean: true, replayedEntries: 0, discardedBytes: 0, unknownOutcomes: 0),
                version: "0", configuration: nil, durability: .synced), boot: boot, 1)
    }

    package mutating func stop(_ boot: UniqueID, _ sequence: UInt64) {
        append(
            SystemRecord.logStop(uid: Self.id(size + 1_000_000), time: Self.time, cause: .shutdown),
            boot: boot, sequence)
    }

    /// An access, counted as allowed when it is complete.
    package mutating func access(
        _ boot: UniqueID, _ sequence: UInt64, uid: UniqueID? = nil, stage: RecordStage = .complete
    ) {
        append(
            Self.accessDraft(boot, uid: uid ?? Self.id(size + 1_000_000), stage: stage), sequence)
    }

    package static func accessDraft(
        _ boot: UniqueID, uid: UniqueID, stage: RecordStage
    ) -> RecordDraft {
        var randomness = BufferedRandomness(source: .reproducible(seed: 1))
        let nobody = SubjectKey(id: .anonymous, lookup: .zero, randomness: &randomness)
        var record = SystemRecord.reading(
            .query, uid: uid, time: Self.time, outcome: .success,
            query: QueryFacts(hash: nil, rows: nil, range: nil, purpose: nil), sealedBy: nobody,
            salt: randomness.salt(),
            actor: .anonymous)
        record.category = .access
        record.stage = stage
        record.action = .httpRequest
        return record.draft(producer: EncodedProducer(uid: "proxy-a", boot: boot))
    }

    package mutating func heartbeat(
        _ boot: UniqueID, _ sequence: UInt64, through: UInt64, allowed: UInt64, dropped: UInt64 = 0
    ) {
        var counters = HeartbeatCounters()
        counters.allowed = allowed
        counters.recorded = through
        counters.throughSequence = through
        counters.dropped = dropped
        append(
            SystemRecord.heartbeat(
                uid: Self.id(size + 1_000_000), time: Self.time, counters: counters,
                clock: ClockFacts(
                    source: "test", offsetMicroseconds: nil, errorMicroseconds: nil,
                    isSynchronized: true), durability: .synced), boot: boot, sequence)
    }

    package mutating func gap(_ boot: UniqueID, _ sequence: UInt64, of range: ClosedRange<UInt64>) {
        append(
            SystemRecord.gap(
                uid: Self.id(size + 1_000_000), time: Self.time,
                GapFacts(
                    boot: boot, sequences: range, count: UInt64(range.count), cause: .groupRejected)
            ), boot: boot, sequence)
    }

    /// A `privacy.erase` that names keys.
    package mutating func erasure(
        _ boot: UniqueID, _ sequence: UInt64, subjects: [String], periods: [String]
    ) {
        var record = SystemRecord.logStop(
            uid: Self.id(size + 1_000_000), time: Self.time, cause: .shutdown)
        record.reason = nil
        record.category = .privacy
        record.action = .privacyErase
        record.details.append(
            JSONMember(
                "erase",
                .object([
                    JSONMember("periods", .array(periods.map { .string($0) })),
                    JSONMember("subjects", .array(subjects.map { .string($0) })),
                ])))
        append(record, boot: boot, sequence)
    }
}
