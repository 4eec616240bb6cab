// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

extension [UInt8] {
    /// Appends a quoted JSON string of outside text and returns whether it was cut, as
    /// ``ByteWriter`` does.
    package mutating func appendJSONString(_ text: Span<UInt8>) -> Bool {
        var writer = ByteWriter(capacity: text.count + 16)
        let isCut = writer.appendJSONString(text)
        append(contentsOf: writer.bytes)
        return isCut
    }
}

extension ByteWriter {
    /// Appends a quoted JSON string of outside text and returns whether it was cut.
    ///
    /// Whatever the bytes are, the result is canonical: what is not UTF-8 becomes U+FFFD, and
    /// text beyond ``RecordLimits/stringBytes`` is cut between two scalars.
    package mutating func appendJSONString(_ text: Span<UInt8>) -> Bool {
        append(UInt8(ascii: "\""))
        var truncated = false
        if text.isPlain {
            append(text)
        } else {
            truncated = appendRepaired(text)
        }
        append(UInt8(ascii: "\""))
        return truncated
    }

    private mutating func appendRepaired(_ text: Span<UInt8>) -> Bool {
        // One byte more than the limit shows that there is more; four keep the last scalar whole,
        // so that cutting never looks like damage.
        let taken = text.extracting(first: RecordLimits.stringBytes + 4)
        let repaired = unsafe taken.withUnsafeBufferPointer { bytes in
            // Safe: the pointer is used only inside the closure, while the span is alive.
            unsafe String(decoding: bytes, as: UTF8.self)
        }
        let (kept, truncated) = RecordLimits.cut(repaired, to: RecordLimits.stringBytes)
        for byte in kept.utf8 {
            if byte.isPlainJSON {
                append(byte)
            } else {
                appendEscape(of: byte)
            }
        }
        return truncated
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        default:
            append("u00")
            append(Hex.digit(byte >> 4))
            append(Hex.digit(byte & 15))
        }
    }
}

extension RecordLimits {
    /// The longest prefix of whole scalars within a number of UTF-8 bytes, and whether that is less than all.
    package static func cut(_ text: String, to limit: Int) -> (kept: Substring, truncated: Bool) {
        let utf8 = text.utf8
        guard utf8.count > limit else { return (text[...], false) }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        // Continuation bytes are 10xxxxxx; a scalar begins at any other byte.
        while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return (text[..<end], true)
    }
}

extension Span<UInt8> {
    /// Whether a record holds the text unchanged, neither escaped nor cut.
    package var isPlain: Bool { count <= RecordLimits.stringBytes && isPlainASCII }

    /// Whether the text needs no escapes in JSON.
    fileprivate var isPlainASCII: Bool {
        // Safe: bytes have no padding that could be uninitialised.
        let raw = unsafe bytes
        let (ones, highBits): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        var at = 0
        while at + 8 <= count {
            // Safe: eight bytes from `at` are within the span, and any bits are a valid UInt64.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            // May wrongly mark a byte after a found one, which does not matter: one is enough.
            let control = word &- 0x2020_2020_2020_2020
            if (word | control | (quote &- ones) | (backslash &- ones)) & highBits != 0 {
                return false
            }
            at += 8
        }
        while at < count {
            if !self[at].isPlainJSON || self[at] >= 0x80 { return false }
            at += 1
        }
        return true
    }
}

extension UInt8 {
    /// Whether canonical JSON has no escape for the byte.
    fileprivate var isPlainJSON: Bool {
        self >= 0x20 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}
