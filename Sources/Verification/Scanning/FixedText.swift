// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Checks and reads texts of fixed form in place, without making strings.
enum FixedText {
    /// A UUID of version 7 in lower case.
    static func uniqueID(_ bytes: Span<UInt8>, _ text: Range<Int>) -> UniqueID? {
        guard text.count == 36 else { return nil }
        let id = bytes.extracting(text)
        let dash = UInt8(ascii: "-")
        guard id[8] == dash, id[13] == dash, id[18] == dash, id[23] == dash else { return nil }
        var wrong: UInt8 = 0
        func number(_ digits: Range<Int>, behind: UInt64 = 0) -> UInt64 {
            var number = behind
            for position in digits {
                number = number << 4 | UInt64(nibble(id[position], &wrong))
            }
            return number
        }
        let high = number(14..<18, behind: number(9..<13, behind: number(0..<8)))
        let low = number(24..<36, behind: number(19..<23))
        return wrong == 0 ? UniqueID(high: high, low: low) : nil
    }

    /// The value of a lower-case digit, without a branch, as digits of random numbers are unpredictable.
    ///
    /// - Parameter wrong: gets a bit set if the byte is not such a digit.
    private static func nibble(_ byte: UInt8, _ wrong: inout UInt8) -> UInt8 {
        let isLetter = byte >> 6
        let value = byte & 15 &+ isLetter &* 9
        let isAboveNine = (value &+ 6) >> 4
        wrong |= (0x30 &+ isLetter &* 0x27 &+ value) ^ byte
        wrong |= isAboveNine ^ isLetter
        wrong |= value >> 4
        return value & 15
    }

    /// RFC 3339 with exactly six decimals and `Z`, of a day that exists.
    static func isInstant(_ bytes: Span<UInt8>, _ text: Range<Int>) -> Bool {
        guard text.count == 27 else { return false }
        let instant = bytes.extracting(text)
        var isWrong = false
        func pair(_ at: Int) -> Int {
            let (ten, one) = (instant[at] &- 0x30, instant[at + 1] &- 0x30)
            isWrong = isWrong || ten > 9 || one > 9
            return Int(ten) * 10 + Int(one)
        }
        guard instant[4] == UInt8(ascii: "-"), instant[7] == UInt8(ascii: "-"),
            instant[10] == UInt8(ascii: "T"), instant[13] == UInt8(ascii: ":"),
            instant[16] == UInt8(ascii: ":"), instant[19] == UInt8(ascii: "."),
            instant[26] == UInt8(ascii: "Z")
        else { return false }
        let year = pair(0) * 100 + pair(2)
        let (month, day) = (pair(5), pair(8))
        let (hour, minute, second) = (pair(11), pair(14), pair(17))
        _ = (pair(20), pair(22), pair(24))
        guard !isWrong, hour < 24, minute < 60, second < 60, day > 0 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        switch month {
        case 4, 6, 9, 11: return day <= 30
        case 2: return day <= (isLeap ? 29 : 28)
        case 1, 3, 5, 7, 8, 10, 12: return day <= 31
        default: return false
        }
    }

    /// An even number of lower-case digits.
    static func isHex(_ bytes: Span<UInt8>, _ text: Range<Int>, _ count: Int) -> Bool {
        guard text.count == count else { return false }
        var wrong: UInt8 = 0
        for position in text { _ = nibble(bytes[position], &wrong) }
        return wrong == 0
    }

    /// Dotted words of `[a-z0-9_]`, at least two.
    static func isAction(_ bytes: Span<UInt8>, _ text: Range<Int>) -> Bool {
        var (words, letters) = (1, 0)
        for position in text {
            let byte = bytes[position]
            if byte == UInt8(ascii: ".") {
                guard letters > 0 else { return false }
                words += 1
                letters = 0
            } else {
                guard
                    byte >= 0x61 && byte <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F
                else { return false }
                letters += 1
            }
        }
        return words >= 2 && letters > 0
    }
}
