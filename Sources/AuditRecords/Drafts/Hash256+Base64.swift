// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
package import Merkle

extension Hash256 {
    /// Characters of a hash in padded base 64.
    private static let base64Length = 44

    /// Appends the 44 characters of padded base 64 without allocating while there is room.
    func appendBase64(to text: inout [UInt8]) {
        unsafe text.append(exactly: Self.base64Length) { unsafe storeBase64(to: $0) }
    }

    /// Stores them over the 44 bytes at an offset.
    package func storeBase64(at offset: Int, of text: inout [UInt8]) {
        precondition(
            offset >= 0 && offset <= text.count - Self.base64Length,
            "HashFitsItsHole: there are no 44 bytes for the hash")
        unsafe text.withUnsafeMutableBytes { bytes in
            // Safe: the 44 bytes behind the offset are the text's, as was just made sure.
            guard let start = bytes.baseAddress else { return }
            unsafe storeBase64(to: start + offset)
        }
    }

    /// Appends them to a writer.
    func appendBase64(to writer: inout ByteWriter) {
        unsafe writer.append(exactly: Self.base64Length) { unsafe storeBase64(to: $0) }
    }

    private func storeBase64(to place: UnsafeMutableRawPointer) {
        unsafe withBytes { own in
            var at = 0
            var to = 0
            while at < 30 {
                // Safe: a digest has 32 bytes, so `at + 2` is at most 29; the caller has room for 44.
                let group =
                    unsafe UInt32(own[at]) << 16 | UInt32(own[at + 1]) << 8 | UInt32(own[at + 2])
                let four =
                    symbol(group >> 18) | symbol(group >> 12) << 8 | symbol(group >> 6) << 16
                    | symbol(group) << 24
                unsafe place.storeBytes(of: four.littleEndian, toByteOffset: to, as: UInt32.self)
                at += 3
                to += 4
            }
            // Safe: bytes 30 and 31 are the last two of the 32.
            let last = unsafe UInt32(own[30]) << 16 | UInt32(own[31]) << 8
            let four =
                symbol(last >> 18) | symbol(last >> 12) << 8 | symbol(last >> 6) << 16
                | UInt32(UInt8(ascii: "=")) << 24
            unsafe place.storeBytes(of: four.littleEndian, toByteOffset: 40, as: UInt32.self)
        }
    }
}

private let alphabet: StaticString =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

@inline(__always)
private func symbol(_ value: UInt32) -> UInt32 {
    // Safe: the alphabet has 64 characters and the position is below 64.
    unsafe UInt32(alphabet.utf8Start[Int(value & 63)])
}
