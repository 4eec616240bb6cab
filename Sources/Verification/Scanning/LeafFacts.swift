// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import Merkle

/// What the verifier takes from a leaf, without heap allocations.
struct LeafFacts {
    var index: UInt64 = 0
    var previous = Hash256.zero
    var uid = LeafFacts.nobody
    var boot = LeafFacts.nobody
    var sequence: UInt64 = 0
    /// Nil for a word of a later version, as with the two below.
    var stage: RecordStage? = .complete
    var commitments = CommitmentSlots()
    /// The place of `written.origin` in the leaf, without quotes, escapes not resolved.
    var origin = 0..<0
    /// `producer.uid`, likewise.
    var producer = 0..<0
    /// `event.action`.
    var action = 0..<0
    /// `written.time`: 27 bytes whose order is that of time.
    var logTime = 0..<0
    var effect: Decision.Effect? = .allow
    /// `event.category` is `access`.
    var isAccess: Bool? = false
    /// A bit for each mandatory member found.
    var found: UInt64 = 0

    /// How the proxy counts the record in its heartbeats.
    var tally: RecordTally {
        guard let isAccess, let stage else { return .unjudged }
        guard isAccess, stage == .complete || stage == .refused else { return .uncounted }
        return switch effect {
        case nil: .unjudged
        case .allow: .allowed
        case .deny, .challenge: .denied
        case .limit: .limited
        case .error: .errored
        }
    }

    /// Whether the action, which lies in `bytes`, is one of `log.…`, `audit.…`, `privacy.…` and `key.…`.
    func isNotable(in bytes: Span<UInt8>) -> Bool {
        guard let first = action.first else { return false }
        return switch bytes[first] {
        case UInt8(ascii: "l"), UInt8(ascii: "a"), UInt8(ascii: "p"), UInt8(ascii: "k"): true
        default: false
        }
    }

    /// An id that stands where none was read.
    static let nobody = UniqueID(at: UTCInstant(microseconds: 0), random: (0, 0))
}

/// The commitments of a record, at most one per group.
struct CommitmentSlots {
    private var who = Hash256.zero
    private var `where` = Hash256.zero
    private var what = Hash256.zero
    private var payload = Hash256.zero
    /// One bit for each group present.
    private var present: UInt8 = 0

    subscript(group: CommitGroup) -> Hash256? {
        get {
            guard has(group) else { return nil }
            return switch group {
            case .who: who
            case .where: `where`
            case .what: what
            case .payload: payload
            }
        }
        set {
            guard let newValue else {
                present &= ~bit(group)
                return
            }
            present |= bit(group)
            switch group {
            case .who: who = newValue
            case .where: `where` = newValue
            case .what: what = newValue
            case .payload: payload = newValue
            }
        }
    }

    private func has(_ group: CommitGroup) -> Bool { present & bit(group) != 0 }

    private func bit(_ group: CommitGroup) -> UInt8 {
        switch group {
        case .who: 1
        case .where: 2
        case .what: 4
        case .payload: 8
        }
    }

    /// Calls `body` with every commitment.
    func forEach(_ body: (CommitGroup, Hash256) -> Void) {
        if has(.who) { body(.who, who) }
        if has(.where) { body(.where, `where`) }
        if has(.what) { body(.what, what) }
        if has(.payload) { body(.payload, payload) }
    }
}

/// What a heartbeat counts: finished accesses by decision.
enum RecordTally: UInt8, Sendable {
    case allowed
    case denied
    case limited
    case errored
    /// A `started` record, or one of the proxy's own actions.
    case uncounted
    /// A record with words of a later version, which may have counted it in any way.
    case unjudged
    /// A sequence number without a record.
    case missing
}
