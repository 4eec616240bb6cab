// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle

extension Hash256 {
    /// Appends the 44 characters of padded base 64 without allocating while there is room.
    func appendBase64(to text: inout [UInt8]) {
        unsafe withBytes { own in
            text.append(addingCapacity: 44) { text in
                var at = 0
                while at < 30 {
                    // Safe: a digest has 32 bytes, so `at + 2` is at most 29 inside this loop.
                    let group =
                        unsafe UInt32(own[at]) << 16 | UInt32(own[at + 1]) << 8
                        | UInt32(own[at + 2])
                    text.append(symbol(group >> 18))
                    text.append(symbol(group >> 12))
                    text.append(symbol(group >> 6))
                    text.append(symbol(group))
                    at += 3
                }
                // Safe: bytes 30 and 31 are the last two of the 32.
                let last = unsafe UInt32(own[30]) << 16 | UInt32(own[31]) << 8
                text.append(symbol(last >> 18))
                text.append(symbol(last >> 12))
                text.append(symbol(last >> 6))
                text.append(UInt8(ascii: "="))
            }
        }
    }
}

/// RFC 4648 §4.
private let alphabet: StaticString =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/// The symbol of the low six bits.
@inline(__always)
private func symbol(_ value: UInt32) -> UInt8 {
    // Safe: the alphabet has 64 characters and the position is below 64.
    unsafe alphabet.utf8Start[Int(value & 63)]
}
