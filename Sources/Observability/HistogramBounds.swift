// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The buckets of a histogram, each given by its largest value; a last bucket without a bound takes the rest.
///
/// Fixed, as Prometheus requires: histograms with the same bounds can be summed, over lanes here
/// and over hosts there.
package struct HistogramBounds: Hashable, Sendable {
    /// What the recorded numbers count, which decides how they are written out.
    package enum Unit: Sendable {
        /// Things.
        case one
        /// Nanoseconds, written as seconds.
        case nanoseconds
    }

    /// Ascending.
    package let upper: [UInt64]
    package let unit: Unit
    /// For each bit width, the first bucket that can hold such a value: saves most comparisons.
    private let first: [UInt8]

    package init(_ upper: [UInt64], _ unit: Unit) {
        precondition(
            !upper.isEmpty && upper.count < 255
                && zip(upper, upper.dropFirst()).allSatisfy { $0 < $1 },
            "BucketsAscend: bounds of a histogram are few and ascend")
        self.upper = upper
        self.unit = unit
        first = (0...64).map { width in
            let smallest: UInt64 = width == 0 ? 0 : 1 << (width - 1)
            return UInt8(upper.firstIndex { $0 >= smallest } ?? upper.count)
        }
    }

    /// The bounded buckets and the last one.
    package var bucketCount: Int { upper.count + 1 }

    /// The bucket of a value.
    package func bucket(of value: UInt64) -> Int {
        var bucket = Int(first[64 - value.leadingZeroBitCount])
        while bucket < upper.count, value > upper[bucket] { bucket += 1 }
        return bucket
    }

    /// From 50 µs to 10 s in steps of 1, 2.5 and 5: what a request or one of its phases takes, and a sync of a disk.
    package static let latency = HistogramBounds(
        [
            50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
            25_000_000, 50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000,
            2_500_000_000, 5_000_000_000, 10_000_000_000,
        ], .nanoseconds)

    /// From 1 to 4,096 by powers of two: how many things were grouped.
    package static let batches = HistogramBounds((0...12).map { 1 << $0 }, .one)
}
