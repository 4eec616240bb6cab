// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CSHA256

/// Leaves whose beginnings have been hashed side by side, before their ends are written.
///
/// A leaf contains the hash of the one before it, so only the bytes before that hash can be hashed ahead.
package struct BegunLeaves: Sendable {
    private var states: [csha256_state] = []
    private var ranges: [csha256_range] = []
    private let path: HashingPath

    package init(by path: HashingPath = .best) { self.path = path }

    /// Hashes the beginnings of leaves as far as they fill whole blocks, in place of those begun before.
    package mutating func begin(_ beginnings: MessageRanges, in buffer: Span<UInt8>) {
        precondition(
            beginnings.end <= buffer.count,
            "MessagesLieInTheirBuffer: a beginning reaches behind the buffer's end")
        ranges = beginnings.ranges
        states.removeAll(keepingCapacity: true)
        states.append(contentsOf: repeatElement(csha256_state(), count: ranges.count))
        unsafe states.withUnsafeMutableBufferPointer { states in
            unsafe buffer.withUnsafeBufferPointer { bytes in
                // Safe: the ranges end within the buffer, and there is a state for each of them.
                unsafe csha256_begin(
                    path.number, HashPrefix.leaf, bytes.baseAddress, ranges, ranges.count,
                    states.baseAddress)
            }
        }
    }

    /// The hash of a leaf that is complete now.
    ///
    /// - Parameters:
    ///   - place: which of the begun leaves it is.
    ///   - leaf: where it is: at the start of its beginning, which is unchanged, and no shorter.
    package func finish(_ place: Int, leaf: Range<Int>, in buffer: Span<UInt8>) -> LeafHash {
        let begun = ranges[place]
        precondition(
            leaf.lowerBound == begun.start && leaf.count >= begun.length
                && leaf.upperBound <= buffer.count,
            "MessagesLieInTheirBuffer: a leaf is not where it began")
        var words = SIMD4<UInt64>()
        unsafe withUnsafeMutableBytes(of: &words) { digest in
            unsafe buffer.withUnsafeBufferPointer { bytes in
                unsafe states.withUnsafeBufferPointer { states in
                    // Safe: the leaf lies within the buffer, the place within the states, and the digest has 32 bytes.
                    guard let start = bytes.baseAddress, let state = states.baseAddress,
                        let target = digest.baseAddress
                    else { return }
                    unsafe csha256_finish(
                        path.number, state + place, (begun.length + 1) / 64 * 64, HashPrefix.leaf,
                        start + leaf.lowerBound, leaf.count,
                        target.assumingMemoryBound(to: UInt8.self))
                }
            }
        }
        return LeafHash(Hash256(words: words))
    }
}
