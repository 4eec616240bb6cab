// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CSHA256

/// Messages, such as leaves, that lie in one buffer and are hashed side by side.
///
/// A single hash is limited by latency, as each round needs the one before; hashed together, each costs about half.
/// Reuse the value: refilling it does not allocate.
package struct MessageRanges: Sendable {
    private(set) var ranges: [csha256_range] = []
    /// How long the buffer must be at least.
    private(set) var end = 0

    package init() {}

    package var count: Int { ranges.count }
    package var isEmpty: Bool { ranges.isEmpty }

    /// Adds the message at these offsets of the buffer.
    package mutating func append(_ message: Range<Int>) {
        ranges.append(csha256_range(start: message.lowerBound, length: message.count))
        end = max(end, message.upperBound)
    }

    /// Removes all messages and keeps the capacity.
    package mutating func removeAll() {
        ranges.removeAll(keepingCapacity: true)
        end = 0
    }

    package mutating func reserveCapacity(_ count: Int) { ranges.reserveCapacity(count) }

    /// Appends the hashes of the leaves to a row, in order.
    package func hashLeaves(
        in buffer: Span<UInt8>, by path: HashingPath = .best, to row: inout [NodeHash]
    ) {
        let first = row.count
        row.append(contentsOf: repeatElement(NodeHash(.zero), count: count))
        unsafe row.withUnsafeMutableBytes { bytes in
            unsafe hash(
                in: buffer, after: HashPrefix.leaf, by: path,
                to: UnsafeMutableRawBufferPointer(rebasing: bytes[(first * Hash256.byteCount)...]))
        }
    }

    /// The SHA-256 digests of messages that all begin with a byte which does not lie in the buffer.
    package func digests(
        in buffer: Span<UInt8>, after first: UInt8, by path: HashingPath = .best
    ) -> [Hash256] {
        var digests = [Hash256](repeating: .zero, count: count)
        unsafe digests.withUnsafeMutableBytes { bytes in
            unsafe hash(in: buffer, after: first, by: path, to: bytes)
        }
        return digests
    }

    private func hash(
        in buffer: Span<UInt8>, after first: UInt8, by path: HashingPath,
        to digests: UnsafeMutableRawBufferPointer
    ) {
        precondition(
            end <= buffer.count && digests.count == count * Hash256.byteCount,
            "MessagesLieInTheirBuffer: a message reaches behind the buffer's end")
        unsafe buffer.withUnsafeBufferPointer { bytes in
            // Safe: the ranges end within the buffer, and there are 32 bytes for each of them: a hash is its digest as
            // it is.
            guard !ranges.isEmpty, let start = digests.baseAddress else { return }
            unsafe csha256_hash(
                path.number, first, bytes.baseAddress, ranges, ranges.count,
                start.assumingMemoryBound(to: UInt8.self))
        }
    }
}
