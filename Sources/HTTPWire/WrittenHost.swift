// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Reads a host as in a URL, in all the ways in which programs understand it (WHATWG URL §3.5).
enum WrittenHost {
    /// The name in lower case, decoded, with every variant of letters, digits and dots normalised;
    /// without the trailing dot.
    static func plain(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let decoded = decoded(text)
        var result: [UInt8] = []
        var at = 0
        while at < decoded.count {
            let byte = decoded[at]
            if byte < 0x80 {
                result.append(Byte.lower(byte))
                at += 1
                continue
            }
            let (scalar, count) = scalar(decoded[at...])
            if let form = scalar.flatMap(CompatibleForm.hostText) {
                result += form.map(Byte.lower)
            } else {
                result += decoded[at..<at + count]
            }
            at += count
        }
        if result.last == Byte.dot { result.removeLast() }
        return result
    }

    /// The address that a plain name is to readers of the short, octal and hexadecimal forms of
    /// IPv4, such as browsers: `127.1`, `2130706433`, `0x7f.1`.
    static func shortAddress(_ name: [UInt8]) -> IPAddress? {
        let parts = name.split(separator: Byte.dot, omittingEmptySubsequences: false)
        guard (1...4).contains(parts.count) else { return nil }
        var address: UInt64 = 0
        for (position, part) in parts.enumerated() {
            guard let number = number(part) else { return nil }
            let isLast = position == parts.count - 1
            let width = isLast ? UInt64(8 * (5 - parts.count)) : 8
            guard number < 1 << width else { return nil }
            address = address << width | number
        }
        return UInt32(exactly: address).map(IPAddress.init(v4:))
    }

    /// Decimal, octal after `0`, hexadecimal after `0x`; a number without digits is none, but `0x` is.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard let first = text.first else { return nil }
        var digits = text
        var base: UInt64 = 10
        if first == Byte.zero, text.count > 1 {
            digits = text.dropFirst()
            base = 8
            if digits.first == UInt8(ascii: "x") {
                digits = digits.dropFirst()
                base = 16
            }
        }
        var number: UInt64 = 0
        for digit in digits {
            guard let nibble = Byte.nibble(digit), UInt64(nibble) < base, number < 1 << 40 else {
                return nil
            }
            number = number * base + UInt64(nibble)
        }
        return number
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var at = text.startIndex
        while at < text.endIndex {
            if text[at] == Byte.percent, at + 2 < text.endIndex,
                let high = Byte.nibble(text[at + 1]), let low = Byte.nibble(text[at + 2])
            {
                result.append(high << 4 | low)
                at += 3
            } else {
                result.append(text[at])
                at += 1
            }
        }
        return result
    }

    /// The character at the front and its length in bytes; nil and one if it is not UTF-8.
    private static func scalar(_ bytes: ArraySlice<UInt8>) -> (UInt32?, Int) {
        guard let lead = bytes.first, let form = UTF8Form(lead: lead), bytes.count >= form.count
        else { return (nil, 1) }
        var scalar = UInt32(lead) & (0x7F >> UInt32(form.count))
        for (position, byte) in bytes.dropFirst().prefix(form.count - 1).enumerated() {
            guard position == 0 ? form.second.contains(byte) : byte & 0xC0 == 0x80 else {
                return (nil, 1)
            }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        return (scalar, form.count)
    }
}
