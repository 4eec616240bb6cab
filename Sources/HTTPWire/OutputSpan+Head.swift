// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

extension OutputSpan where Element == UInt8 {
    /// Appends a part of a span in one copy.
    @inline(__always)
    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        append(source.extracting(range))
    }
}

extension [UInt8] {
    /// Appends what is written to sufficiently large memory.
    mutating func append(atMost count: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        append(addingCapacity: count, initializingWith: write)
    }
}
