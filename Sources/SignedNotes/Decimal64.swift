// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Decimal numbers as C2SP formats write them: ASCII digits, no sign, no leading zero.
enum Decimal64 {
    /// The number, or nil for any other text and beyond 2^64−1.
    static func parse(_ text: some StringProtocol) -> UInt64? {
        let digits = text.utf8
        guard (1...20).contains(digits.count), digits.first != 0x30 || digits.count == 1,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return UInt64(text)
    }
}
