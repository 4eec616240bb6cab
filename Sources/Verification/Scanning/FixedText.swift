// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Checks and reads texts of fixed form where they lie, without making strings of them.
enum FixedText {
    /// A UUID of version 7 in lower case.
    static func uniqueID(_ bytes: Span<UInt8>, _ text: Range<Int>) -> UniqueID? {
        guard text.count == 36 else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for position in 0..<36 {
            let byte = bytes[text.lowerBound + position]
            switch position {
            case 8, 13, 18, 23:
                guard byte == UInt8(ascii: "-") else { return nil }
            default:
                guard let nibble = Hex.nibble(byte) else { return nil }
                if position < 18 {
                    high = high << 4 | UInt64(nibble)
                } else {
                    low = low << 4 | UInt64(nibble)
                }
            }
        }
        return UniqueID(high: high, low: low)
    }

    /// RFC 3339 with exactly six decimals and `Z`, of a day that exists.
    static func isInstant(_ bytes: Span<UInt8>, _ text: Range<Int>) -> Bool {
        guard text.count == 27 else { return false }
        let start = text.lowerBound
        func number(_ from: Int, _ digits: Int) -> Int? {
            var number = 0
            for position in from..<from + digits {
                let digit = bytes[start + position] &- 0x30
                guard digit <= 9 else { return nil }
                number = number * 10 + Int(digit)
            }
            return number
        }
        guard bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
            bytes[start + 10] == UInt8(ascii: "T"), bytes[start + 13] == UInt8(ascii: ":"),
            bytes[start + 16] == UInt8(ascii: ":"), bytes[start + 19] == UInt8(ascii: "."),
            bytes[start + 26] == UInt8(ascii: "Z"), let year = number(0, 4),
            let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
            let minute = number(14, 2), let second = number(17, 2), number(20, 6) != nil,
            hour < 24, minute < 60, second < 60
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days =
            switch month {
            case 4, 6, 9, 11: 30
            case 2: isLeap ? 29 : 28
            case 1, 3, 5, 7, 8, 10, 12: 31
            default: 0
            }
        return (1...max(days, 1)).contains(day) && days > 0
    }

    /// An even number of lower-case digits.
    static func isHex(_ bytes: Span<UInt8>, _ text: Range<Int>, _ count: Int) -> Bool {
        guard text.count == count else { return false }
        for position in text where Hex.nibble(bytes[position]) == nil { return false }
        return true
    }

    /// Dotted words of `[a-z_]`, at least two.
    static func isAction(_ bytes: Span<UInt8>, _ text: Range<Int>) -> Bool {
        var (words, letters) = (1, 0)
        for position in text {
            let byte = bytes[position]
            if byte == UInt8(ascii: ".") {
                guard letters > 0 else { return false }
                words += 1
                letters = 0
            } else {
                guard byte >= 0x61 && byte <= 0x7A || byte == 0x5F else { return false }
                letters += 1
            }
        }
        return words >= 2 && letters > 0
    }
}
