// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How often values fell into each bucket, and their sum; written by one owner, read by anybody.
package final class OwnedHistogram: Sendable {
    private let bounds: HistogramBounds
    /// A cell for each bucket, and one for the sum.
    private let cells: OwnedCells

    package init(_ bounds: HistogramBounds) {
        self.bounds = bounds
        cells = OwnedCells(count: HistogramSnapshot.cellCount(bounds))
    }

    /// Counts a value; for the owner only.
    package func record(_ value: UInt64) {
        cells.add(1, to: bounds.bucket(of: value))
        cells.add(value, to: bounds.bucketCount)
    }

    /// What was recorded so far; for anybody.
    package var snapshot: HistogramSnapshot {
        var snapshot = HistogramSnapshot(bounds)
        snapshot.add(cells, at: 0)
        return snapshot
    }
}
