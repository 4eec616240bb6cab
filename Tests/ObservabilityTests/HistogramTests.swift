// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Observability
import Testing

@Suite struct `Histograms` {
    private static let all = [HistogramBounds.latency, .batches, HistogramBounds([7], .one)]

    @Test(arguments: all)
    func `put every value into the first bucket that can hold it`(bounds: HistogramBounds) {
        var values: Set<UInt64> = [0, 1, .max, .max - 1]
        for bound in bounds.upper { values.formUnion([bound - 1, bound, bound + 1]) }
        for width in 0..<64 { values.formUnion([1 << width, (1 << width) - 1]) }
        for value in values {
            let first = bounds.upper.firstIndex { value <= $0 } ?? bounds.upper.count
            #expect(bounds.bucket(of: value) == first, "\(value)")
        }
    }

    @Test func `know how many values there were, and their sum`() {
        let histogram = OwnedHistogram(HistogramBounds([1, 10], .one))
        for value: UInt64 in [0, 1, 2, 10, 11, 1000] { histogram.record(value) }
        let snapshot = histogram.snapshot
        #expect(snapshot.buckets == [2, 2, 2])
        #expect(snapshot.count == 6)
        #expect(snapshot.sum == 1024)
    }

    @Test func `are read by others while their owner writes, and lose nothing`() async {
        let histogram = OwnedHistogram(.batches)
        let counter = OwnedCounter()
        let most = 200_000
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for value in 1...most {
                    histogram.record(UInt64(value % 5000))
                    if value.isMultiple(of: 10_000) { await Task.yield() }
                }
                return true
            }
            group.addTask {
                // Nothing ever goes back.
                var last: UInt64 = 0
                while last < UInt64(most) {
                    let count = histogram.snapshot.count
                    guard count >= last else { return false }
                    last = count
                    await Task.yield()
                }
                return true
            }
            for await isOrdered in group { #expect(isOrdered) }
        }
        #expect(histogram.snapshot.count == UInt64(most))
        for _ in 0..<3 { counter.count() }
        counter.uncount()
        #expect(counter.value == 2)
    }
}
