// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

@Suite("XXH64, the checksum of frames")
struct XXH64Tests {
    private func sum(_ bytes: some Sequence<UInt8>) -> UInt64 {
        let bytes = Array(bytes)
        return XXH64.checksum(bytes.span)
    }

    @Test(
        "Known texts have their published checksums",
        arguments: [
            ("", 0xef46_db37_51d8_e999), ("a", 0xd24e_c4f1_a98c_6e5b),
            ("abc", 0x44bc_2cf5_ad77_0999),
        ] as [(String, UInt64)])
    func known(text: String, expected: UInt64) { #expect(sum(text.utf8) == expected) }

    /// The buffer of the sanity checks that come with xxHash: the top byte of `generator *= prime`, again and again.
    ///
    /// Lengths 31 to 64 were computed by a program of its own, which agrees with the published values of the others.
    private static let buffer: [UInt8] = {
        var generator: UInt64 = 2_654_435_761
        return (0..<222).map { _ in
            defer { generator = generator &* 0x9e37_79b1_85eb_ca8d }
            return UInt8(generator >> 56)
        }
    }()

    @Test(
        "The buffer of the reference implementation's sanity checks, around every block length",
        arguments: [
            (0, 0xef46_db37_51d8_e999), (1, 0xe934_a84a_db05_2768),
            (4, 0x9136_a0dc_a574_57ee), (14, 0x8282_dcc4_994e_35c8),
            (31, 0x299b_39a2_90e6_d783), (32, 0x18b2_1649_2bb4_4b70),
            (33, 0x55c8_dc3e_578f_5b59), (64, 0xef55_8f8a_cac2_b5cd), (222, 0xb641_ae8c_b691_c174),
        ] as [(Int, UInt64)])
    func reference(length: Int, expected: UInt64) {
        #expect(sum(Self.buffer.prefix(length)) == expected)
    }

    @Test("Every byte of every length around the blocks of 4, 8 and 32 counts")
    func everyByteCounts() {
        for length in [1, 3, 4, 5, 7, 8, 9, 12, 31, 32, 33, 36, 39, 40, 63, 64, 65, 95, 96, 100] {
            var bytes = Array(Self.buffer.prefix(length))
            let whole = sum(bytes)
            var seen: Set<UInt64> = [whole]
            for position in bytes.indices {
                bytes[position] ^= 1
                seen.insert(sum(bytes))
                bytes[position] ^= 1
            }
            #expect(seen.count == length + 1, "length \(length)")
            #expect(sum(bytes + [0]) != whole, "length \(length)")
        }
    }

    @Test("Where the bytes lie does not matter")
    func unaligned() {
        for shift in 0..<9 {
            let moved = [UInt8](repeating: 0xaa, count: shift) + Self.buffer
            let shifted = XXH64.checksum(moved.span.extracting(shift...))
            #expect(shifted == sum(Self.buffer))
        }
    }
}
