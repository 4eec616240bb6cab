// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Glibc

/// Random bits for salts, keys and ids, drawn from the kernel 4 KiB at a time.
///
/// One per event loop or thread. Not copyable, because a copy would produce the same bits again.
package struct BufferedRandomness: ~Copyable {
    /// Where the bits come from.
    package enum Source: Sendable {
        /// The kernel's generator.
        case kernel
        /// A reproducible sequence, only for simulations and tests: its salts protect nothing.
        case reproducible(seed: UInt64)
    }

    private static let wordCount = 512
    private var source: Source
    private var words = [UInt64](repeating: 0, count: wordCount)
    private var next = wordCount

    package init(source: Source) { self.source = source }

    /// Another one with the same source but different bits.
    package mutating func split() -> BufferedRandomness {
        switch source {
        case .kernel: BufferedRandomness(source: .kernel)
        case .reproducible: BufferedRandomness(source: .reproducible(seed: word()))
        }
    }

    /// 64 random bits.
    package mutating func word() -> UInt64 {
        if next == Self.wordCount { refill() }
        defer { next += 1 }
        return words[next]
    }

    /// A fresh salt.
    package mutating func salt() -> Salt {
        Salt(words: SIMD4(word(), word(), word(), word()))
    }

    /// Any number of random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { BigEndian.append(word(), to: &bytes) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    private mutating func refill() {
        next = 0
        switch source {
        case .kernel:
            // glibc asks the kernel once for the whole buffer and aborts rather than fails.
            unsafe words.withUnsafeMutableBytes { memory in
                // Safe: the pointer and its length describe the same memory.
                if let start = memory.baseAddress { unsafe arc4random_buf(start, memory.count) }
            }
        case .reproducible(var state):
            for position in words.indices { words[position] = splitMix(&state) }
            source = .reproducible(seed: state)
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): each state gives one word.
private func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
}
