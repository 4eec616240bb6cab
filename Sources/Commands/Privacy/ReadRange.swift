// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The indices that a reading looked at, as its record has them: `3`, `3,8`, `0..<9` or `7..`.
struct ReadRange {
    private let ranges: [Range<UInt64>]

    init(_ text: String) {
        ranges = text.split(separator: ",").compactMap { part in
            if let index = UInt64(part) { return index..<index + 1 }
            let ends = part.split(separator: ".", omittingEmptySubsequences: true)
            guard let start = ends.first.flatMap({ UInt64($0) }) else { return nil }
            guard ends.count == 2 else { return start..<UInt64.max }
            guard let end = UInt64(ends[1].drop { $0 == "<" }), end >= start else { return nil }
            return start..<end
        }
    }

    func holds(_ index: UInt64) -> Bool { ranges.contains { $0.contains(index) } }

    /// Whether all of it is among these.
    func isWithin(_ indices: Set<UInt64>) -> Bool {
        !ranges.isEmpty
            && ranges.allSatisfy { range in
                range.upperBound - range.lowerBound <= UInt64(indices.count)
                    && range.allSatisfy(indices.contains)
            }
    }
}
