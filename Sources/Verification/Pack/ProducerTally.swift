// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding

/// What the records of a range say of their producers: which numbers there are, and which are missing among them.
///
/// Fed record by record in the order of the log; keeps one entry for each start of a producer and each gap.
package struct ProducerTally: Sendable {
    private struct Boot {
        let producer: String
        let first: UInt64
        var last: UInt64
        var found: UInt64 = 1
        var gaps: [ClosedRange<UInt64>] = []
        var heartbeats: UInt64 = 0
        /// Accesses that went through without a record, by the newest heartbeat.
        var dropped: Int64 = 0
        /// What its own first record says of the start before it.
        var previous: PreviousBoot?
    }

    private var boots: [UniqueID: Boot] = [:]
    private var order: [UniqueID] = []
    private let range: Range<UInt64>
    /// Leaves that are no records of this version.
    private var unread: UInt64 = 0

    package init(_ range: Range<UInt64>) { self.range = range }

    /// What was tallied so far, from its ``value``; nil if that is anything else.
    package init?(_ value: JSONValue) {
        func number(_ value: JSONValue?) -> UInt64? {
            value?.integer.flatMap { UInt64(exactly: $0) }
        }
        guard let first = number(value["first"]), let end = number(value["end"]), first <= end,
            let unread = number(value["unread"]), let items = value["boots"]?.array
        else { return nil }
        range = first..<end
        self.unread = unread
        for item in items {
            guard let uid = item["boot"]?.string.flatMap({ UniqueID($0) }),
                let producer = item["producer"]?.string, let first = number(item["first"]),
                let last = number(item["last"]), let found = number(item["found"]),
                let heartbeats = number(item["heartbeats"]),
                let dropped = item["dropped"]?.integer, let gaps = item["gaps"]?.array
            else { return nil }
            var boot = Boot(producer: producer, first: first, last: last)
            (boot.found, boot.heartbeats, boot.dropped) = (found, heartbeats, dropped)
            for gap in gaps {
                guard let first = number(gap["first"]), let last = number(gap["last"]),
                    first <= last
                else { return nil }
                boot.gaps.append(first...last)
            }
            if let previous = item["previous"] {
                guard let uid = previous["boot"]?.string.flatMap({ UniqueID($0) }),
                    let last = number(previous["last"])
                else { return nil }
                boot.previous = PreviousBoot(boot: uid, lastSequence: last)
            }
            order.append(uid)
            boots[uid] = boot
        }
    }

    /// A leaf that is no record which this version can read.
    package mutating func takeUnread() { unread += 1 }

    package mutating func take(_ record: Record) {
        guard let uid = record.boot, let sequence = record.sequence else {
            unread += 1
            return
        }
        if boots[uid] == nil {
            order.append(uid)
            boots[uid] = Boot(
                producer: record.producer ?? "", first: sequence, last: sequence,
                previous: record.previousBoot)
        } else {
            if let last = boots[uid]?.last, sequence > last + 1 {
                boots[uid]?.gaps.append(last + 1...sequence - 1)
            }
            boots[uid]?.found += 1
            let last = boots[uid]?.last ?? 0
            boots[uid]?.last = max(last, sequence)
        }
        guard record.action == EventAction.heartbeat.rawValue else { return }
        boots[uid]?.heartbeats += 1
        if let dropped = record.value[path: "counters", "dropped"]?.integer {
            boots[uid]?.dropped = dropped
        }
    }

    /// Whether a number is missing that should be in the range, or a heartbeat admits an access without a record.
    package var hasGaps: Bool {
        boots.values.contains { !$0.gaps.isEmpty || $0.dropped > 0 } || hasLostEnds
    }

    /// Whether a start that is in the range whole ended later than its last record here.
    private var hasLostEnds: Bool {
        boots.values.contains { boot in
            boot.previous.map { previous in
                boots[previous.boot].map { $0.last != previous.lastSequence } ?? false
            } ?? false
        }
    }

    /// The content of `completeness.json`.
    package var value: JSONValue {
        .object([
            JSONMember(
                "boots", .array(order.compactMap { uid in boots[uid].map { value($0, uid) } })),
            JSONMember("end", number(range.upperBound)),
            JSONMember("first", number(range.lowerBound)),
            JSONMember("unread", number(unread)),
        ])
    }

    private func value(_ boot: Boot, _ uid: UniqueID) -> JSONValue {
        var members = [
            JSONMember("boot", .string(uid.text)),
            JSONMember("dropped", .integer(boot.dropped)),
            JSONMember("expected", number(boot.last - boot.first + 1)),
            JSONMember("first", number(boot.first)),
            JSONMember("found", number(boot.found)),
            JSONMember(
                "gaps",
                .array(
                    boot.gaps.map {
                        .object([
                            JSONMember("first", number($0.lowerBound)),
                            JSONMember("last", number($0.upperBound)),
                        ])
                    })),
            JSONMember("heartbeats", number(boot.heartbeats)),
            JSONMember("last", number(boot.last)),
        ]
        if let previous = boot.previous {
            members.append(
                JSONMember(
                    "previous",
                    .object([
                        JSONMember("boot", .string(previous.boot.text)),
                        JSONMember("last", number(previous.lastSequence)),
                    ])))
        }
        members.append(JSONMember("producer", .string(boot.producer)))
        return .object(members)
    }

    private func number(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
}
