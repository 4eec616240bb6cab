// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a histogram held when it was read, or what several held together.
package struct HistogramSnapshot: Hashable, Sendable {
    package let bounds: HistogramBounds
    /// How many values fell into each bucket, the unbounded one last.
    package private(set) var buckets: [UInt64]
    package private(set) var sum: UInt64 = 0

    init(_ bounds: HistogramBounds) {
        self.bounds = bounds
        buckets = Array(repeating: 0, count: bounds.bucketCount)
    }

    /// How many values there were: the buckets' sum, so that the two never contradict each other on a page.
    package var count: UInt64 { buckets.reduce(0, &+) }

    /// How many values were above one of the bounds.
    package func count(above bound: UInt64) -> UInt64 {
        guard let place = bounds.upper.firstIndex(of: bound) else {
            preconditionFailure("BucketsAscend: the histogram has no bound \(bound)")
        }
        return buckets[(place + 1)...].reduce(0, &+)
    }

    /// How many cells a histogram takes: its buckets, then the sum.
    static func cellCount(_ bounds: HistogramBounds) -> Int { bounds.bucketCount + 1 }

    /// Adds a histogram from the cells from `start` on.
    mutating func add(_ cells: OwnedCells, at start: Int) {
        for bucket in buckets.indices { buckets[bucket] &+= cells.value(of: start + bucket) }
        sum &+= cells.value(of: start + buckets.count)
    }
}
