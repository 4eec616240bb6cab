// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The 64-bit xxHash of a byte string, seed 0: a fast checksum against torn and rotten bytes.
///
/// No defence against people. What must not be forged is covered by hashes and signatures instead.
/// Specification: xxHash fast digest algorithm, version 0.1.1, XXH64.
package enum XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The checksum of all bytes.
    package static func checksum(_ text: Span<UInt8>) -> UInt64 {
        // Safe: bytes have no padding, so a raw view reads nothing uninitialised.
        let bytes = unsafe text.bytes
        let count = bytes.byteCount
        var at = 0
        var sum: UInt64
        if count >= 32 {
            var lane1 = prime1 &+ prime2
            var lane2 = prime2
            var lane3: UInt64 = 0
            var lane4 = 0 &- prime1
            // Offsets stay below the count: that they do not overflow needs no check.
            while count &- at >= 32 {
                lane1 = round(lane1, word(bytes, at))
                lane2 = round(lane2, word(bytes, at &+ 8))
                lane3 = round(lane3, word(bytes, at &+ 16))
                lane4 = round(lane4, word(bytes, at &+ 24))
                at &+= 32
            }
            sum =
                rotated(lane1, 1) &+ rotated(lane2, 7) &+ rotated(lane3, 12) &+ rotated(lane4, 18)
            for lane in [lane1, lane2, lane3, lane4] {
                sum = (sum ^ round(0, lane)) &* prime1 &+ prime4
            }
        } else {
            sum = prime5
        }
        sum = sum &+ UInt64(count)
        while count - at >= 8 {
            sum = rotated(sum ^ round(0, word(bytes, at)), 27) &* prime1 &+ prime4
            at += 8
        }
        if count - at >= 4 {
            let half = UInt64(
                UInt32(
                    littleEndian: unsafe bytes.unsafeLoadUnaligned(
                        // Safe: four bytes are left, and every bit pattern is a UInt32.
                        fromByteOffset: at, as: UInt32.self)))
            sum = rotated(sum ^ half &* prime1, 23) &* prime2 &+ prime3
            at += 4
        }
        while at < count {
            // Safe: `at` is below the count, and every bit pattern is a UInt8.
            let byte = unsafe bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
            sum = rotated(sum ^ UInt64(byte) &* prime5, 11) &* prime1
            at += 1
        }
        sum = (sum ^ sum >> 33) &* prime2
        sum = (sum ^ sum >> 29) &* prime3
        return sum ^ sum >> 32
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotated(lane &+ word &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
        word &<< bits | word &>> (64 &- bits)
    }

    @inline(__always)
    private static func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
        // Safe: every caller has checked that eight bytes follow; every bit pattern is a UInt64.
        UInt64(
            littleEndian: unsafe bytes.unsafeLoadUnaligned(
                fromByteOffset: offset, as: UInt64.self))
    }
}
