// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// What is known of an event that another system recorded: `foreign` of the record. The event's own bytes go to the group
/// `payload`.
package struct ForeignFacts: Sendable {
    /// How much of the event was understood: `foreign.parse`.
    package enum Parse: String, CaseIterable, Sendable {
        case whole
        case partial
        case none
    }

    /// Which part of something long the event is about: `foreign.phase`.
    package enum Phase: String, CaseIterable, Sendable {
        case start
        case periodic
        case end
    }

    /// Events that are known to be missing: `foreign.gap`.
    package struct Gap: Hashable, Sendable {
        /// Such as `overrun`, `copytruncate` or `out_of_range`.
        package var cause: String?
        package var count: UInt64?
        /// The first and last missing positions at the source.
        package var positions: ClosedRange<UInt64>?

        package init(cause: String?, count: UInt64?, positions: ClosedRange<UInt64>?) {
            self.cause = cause
            self.count = count
            self.positions = positions
        }
    }

    /// The source as the configuration names it.
    package var source: String
    /// The event's id as the source states it; a claim.
    package var id: String?
    /// Its number or offset at the source.
    package var sequence: UInt64?
    package var received: UTCInstant?
    /// When it happened, as the source states it.
    package var time: UTCInstant?
    /// `assumed` if the source names no time zone.
    package var zone: String?
    /// `ahead` if the stated time is in the future.
    package var clock: String?
    /// The host that the source names.
    package var host: String?
    package var parse: Parse?
    package var phase: Phase?
    /// Whether the source cut the event.
    package var isTruncated: Bool
    /// The record of another event with the same source and id but other bytes.
    package var conflict: UniqueID?
    /// Our record of which the source should have reported, but did not.
    package var missing: UniqueID?
    package var gap: Gap?
    /// Whether the source started over from its beginning.
    package var hasRestarted: Bool
    /// The producer at the source that holds up all others.
    package var stalledBy: String?

    package init(
        source: String, id: String? = nil, sequence: UInt64? = nil, received: UTCInstant? = nil,
        time: UTCInstant? = nil, zone: String? = nil, clock: String? = nil, host: String? = nil,
        parse: Parse? = nil, phase: Phase? = nil, isTruncated: Bool = false,
        conflict: UniqueID? = nil, missing: UniqueID? = nil, gap: Gap? = nil,
        hasRestarted: Bool = false, stalledBy: String? = nil
    ) {
        self.source = source
        self.id = id
        self.sequence = sequence
        self.received = received
        self.time = time
        self.zone = zone
        self.clock = clock
        self.host = host
        self.parse = parse
        self.phase = phase
        self.isTruncated = isTruncated
        self.conflict = conflict
        self.missing = missing
        self.gap = gap
        self.hasRestarted = hasRestarted
        self.stalledBy = stalledBy
    }

    /// Writes the member `foreign` and a comma.
    func write(to text: inout RecordText) {
        text.putObject(#""foreign":{"#) { text in
            text.put(#""clock":"#, clock, path: "foreign.clock")
            text.put(#""conflict":"#, conflict)
            if let gap {
                text.putObject(#""gap":{"#) { text in
                    text.put(#""cause":"#, gap.cause, path: "foreign.gap.cause")
                    text.put(#""count":"#, gap.count)
                    text.put(#""from":"#, gap.positions?.lowerBound)
                    text.put(#""to":"#, gap.positions?.upperBound)
                }
            }
            text.put(#""host":"#, host, path: "foreign.host")
            text.put(#""id":"#, id, path: "foreign.id")
            text.put(#""missing":"#, missing)
            text.put(#""parse":"#, word: parse?.rawValue)
            text.put(#""phase":"#, word: phase?.rawValue)
            text.put(#""received":"#, received)
            text.put(#""restarted":"#, hasRestarted ? true : nil)
            text.put(#""seq":"#, sequence)
            text.put(#""source":"#, source, path: "foreign.source")
            text.put(#""stalled":"#, stalledBy, path: "foreign.stalled")
            text.put(#""time":"#, time)
            text.put(#""truncated":"#, isTruncated ? true : nil)
            text.put(#""zone":"#, zone, path: "foreign.zone")
        }
    }

    /// What readers know of them.
    static let members: [(String, RecordSchema.Form)] = [
        ("foreign.clock", .text), ("foreign.conflict", .text), ("foreign.gap.cause", .text),
        ("foreign.gap.count", .integer(RecordSchema.whole)),
        ("foreign.gap.from", .integer(RecordSchema.whole)),
        ("foreign.gap.to", .integer(RecordSchema.whole)), ("foreign.host", .text),
        ("foreign.id", .text), ("foreign.missing", .text), ("foreign.parse", .text),
        ("foreign.phase", .text), ("foreign.received", .instant), ("foreign.restarted", .bool),
        ("foreign.seq", .integer(RecordSchema.whole)), ("foreign.source", .text),
        ("foreign.stalled", .text), ("foreign.time", .instant), ("foreign.truncated", .bool),
        ("foreign.zone", .text),
    ]
}
