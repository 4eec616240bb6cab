// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Disclosures

/// Up to where everything of a boot is settled: `settled` of a heartbeat.
///
/// Up to a sequence number, every record is in the log or in a gap that a durable record names, and
/// every started access has its outcome, except for those listed. A start after a crash reads back
/// to there and no further.
///
/// If more accesses are open than one record can name, several consecutive heartbeats name them:
/// parts, which count together or not at all.
package struct SettledFacts: Hashable, Sendable {
    /// How many accesses one heartbeat names: even far apart in a long log, their indices fit into
    /// a leaf.
    package static let mostOpen = 4096

    package var throughSequence: UInt64
    /// Indices of the `started` records up to there whose outcome is still outstanding, ascending.
    package var open: [UInt64]
    /// Which part this is, from 1.
    package private(set) var part = 1
    package private(set) var parts = 1

    package init(throughSequence: UInt64, open: [UInt64]) {
        self.throughSequence = throughSequence
        self.open = open
    }

    /// The same in as many parts as needed.
    package var inParts: [SettledFacts] {
        let parts = max(1, (open.count + Self.mostOpen - 1) / Self.mostOpen)
        return (0..<parts).map { number in
            var part = self
            part.open = Array(open.dropFirst(number * Self.mostOpen).prefix(Self.mostOpen))
            (part.part, part.parts) = (number + 1, parts)
            return part
        }
    }

    /// What a heartbeat says; nil if it says nothing, or nothing credible.
    package init?(_ record: Record) {
        guard let settled = record.value["settled"],
            let through = settled["through_seq"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let items = settled["open"]?.array
        else { return nil }
        self.init(throughSequence: through, open: [])
        for item in items {
            guard let more = Self.indices(item) else { return nil }
            open += more
        }
        guard let parts = settled["parts"] else { return }
        guard let count = parts.integer, let number = settled["part"]?.integer,
            (1...count).contains(number), count <= 65_536
        else { return nil }
        (part, self.parts) = (Int(number), Int(count))
    }

    /// An index, or a list: an index, then the distance of each one from the previous.
    private static func indices(_ item: JSONValue) -> [UInt64]? {
        if let index = item.integer { return UInt64(exactly: index).map { [$0] } }
        guard let text = item.string else { return nil }
        var indices: [UInt64] = []
        for number in text.utf8.split(separator: UInt8(ascii: " ")) {
            guard let step = UInt64(String(decoding: number, as: UTF8.self)) else { return nil }
            let (index, overflows) = (indices.last ?? 0).addingReportingOverflow(step)
            guard !overflows else { return nil }
            indices.append(index)
        }
        return indices
    }

    var json: JSONValue {
        var members: [JSONMember] = []
        let items: [JSONValue] =
            open.count <= RecordLimits.arrayItems
            ? open.map { .integer(Int64($0)) }
            : stride(from: 0, to: open.count, by: Self.listed).map { start in
                .string(Self.list(open[start..<min(open.count, start + Self.listed)]))
            }
        members.append(JSONMember("open", .array(items)))
        if parts > 1 {
            members.add("part", UInt64(part))
            members.add("parts", UInt64(parts))
        }
        members.add("through_seq", throughSequence)
        return .object(members)
    }

    /// The most indices in one list: they fit into a string however far apart they are.
    private static let listed = 96

    private static func list(_ indices: ArraySlice<UInt64>) -> String {
        var before: UInt64 = 0
        var text: [String] = []
        for index in indices {
            text.append(String(index - before))
            before = index
        }
        return text.joined(separator: " ")
    }
}
