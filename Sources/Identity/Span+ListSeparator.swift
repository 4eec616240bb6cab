// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension Span where Element == UInt8 {
    /// Whether there is a comma, space or tab at or after `start`; checks eight bytes at a time.
    func holdsListSeparator(from start: Int) -> Bool {
        // Safe: bytes have no padding that could be uninitialised.
        let raw = unsafe bytes
        let (ones, highBits): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        var at = start
        while at + 8 <= count {
            // Safe: eight bytes from `at` are within the span, and any bits are a valid UInt64.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            // Credentials in the usual alphabets hold nothing below a hyphen, as all three are;
            // other bytes below it only cost the check that follows.
            guard (word &- 0x2D2D_2D2D_2D2D_2D2D) & ~word & highBits != 0 else {
                at += 8
                continue
            }
            // Subtracting one borrows from the next byte only if a byte is zero, which is found
            // anyway.
            let comma = word ^ 0x2C2C_2C2C_2C2C_2C2C
            let space = word ^ 0x2020_2020_2020_2020
            let tab = word ^ 0x0909_0909_0909_0909
            let found =
                ((comma &- ones) & ~comma) | ((space &- ones) & ~space) | ((tab &- ones) & ~tab)
            if found & highBits != 0 { return true }
            at += 8
        }
        while at < count {
            switch self[at] {
            case UInt8(ascii: ","), UInt8(ascii: " "), 0x09: return true
            default: at += 1
            }
        }
        return false
    }
}
