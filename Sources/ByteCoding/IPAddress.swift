// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address as a comparable, hashable value; IPv4 inside IPv6 counts as IPv4.
package struct IPAddress: Hashable, Sendable {
    package enum Family: UInt8, Sendable {
        case v4
        case v6

        /// How many bits an address has.
        package var bitCount: Int { self == .v4 ? 32 : 128 }
    }

    package let family: Family
    /// The address in network order, most significant bit first; IPv4 uses the low 32 bits.
    package let bits: UInt128

    private init(_ family: Family, _ bits: UInt128) {
        self.family = family
        self.bits = bits
    }

    package init(v4 bits: UInt32) { self.init(.v4, UInt128(bits)) }

    /// `::ffff:a.b.c.d` becomes the IPv4 address that it carries, so that one rule covers both spellings.
    package init(v6 bits: UInt128) {
        if bits >> 32 == 0xFFFF {
            self.init(v4: UInt32(truncatingIfNeeded: bits))
        } else {
            self.init(.v6, bits)
        }
    }

    /// The address that the whole of `text` is: no zone, no brackets, no short or octal IPv4 forms.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, 0..<bytes.count)
    }

    package init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        if let v4 = Self.v4(bytes, range) {
            self.init(v4: v4)
        } else if let v6 = Self.v6(bytes, range) {
            self.init(v6: v6)
        } else {
            return nil
        }
    }

    /// Whether only this host can reach the address: 127.0.0.0/8 or `::1`.
    package var isLoopback: Bool { family == .v4 ? bits >> 24 == 127 : bits == 1 }

    /// Four decimal numbers below 256 without leading zeros.
    package static func v4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
        guard range.count >= 7, range.count <= 15 else { return nil }
        var address: UInt32 = 0
        var parts = 0
        var at = range.lowerBound
        while true {
            let start = at
            var part: UInt32 = 0
            while at < range.upperBound, (0x30...0x39).contains(bytes[at]), at - start < 3 {
                part = part * 10 + UInt32(bytes[at] - UInt8(ascii: "0"))
                at += 1
            }
            guard at > start, part < 256, at - start == 1 || bytes[start] != UInt8(ascii: "0")
            else {
                return nil
            }
            address = address << 8 | part
            parts += 1
            if parts == 4 { return at == range.upperBound ? address : nil }
            guard at < range.upperBound, bytes[at] == UInt8(ascii: ".") else { return nil }
            at += 1
        }
    }

    /// RFC 4291 §2.2 in all its forms.
    package static func v6(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt128? {
        guard range.count >= 2, range.count <= 45 else { return nil }
        var groups = InlineArray<8, UInt16>(repeating: 0)
        var count = 0
        /// How many groups come before `::`.
        var gap: Int?
        var at = range.lowerBound
        let end = range.upperBound
        if bytes[at] == UInt8(ascii: ":") {
            guard bytes[at + 1] == UInt8(ascii: ":") else { return nil }
            gap = 0
            at += 2
        }
        while at < end {
            guard count < 8 else { return nil }
            if count <= 6, let tail = v4(bytes, at..<end) {
                groups[count] = UInt16(tail >> 16)
                groups[count + 1] = UInt16(tail & 0xFFFF)
                count += 2
                at = end
                break
            }
            let start = at
            var group: UInt16 = 0
            while at < end, at - start < 4, let nibble = Self.nibble(bytes[at]) {
                group = group << 4 | UInt16(nibble)
                at += 1
            }
            guard at > start else { return nil }
            groups[count] = group
            count += 1
            if at == end { break }
            guard bytes[at] == UInt8(ascii: ":"), at + 1 < end else { return nil }
            at += 1
            if bytes[at] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = count
                at += 1
            }
        }
        guard gap == nil ? count == 8 : count < 8 else { return nil }
        var address: UInt128 = 0
        let before = gap ?? 8
        for place in 0..<8 {
            let fromEnd = place - (8 - count)
            let group = place < before ? groups[place] : fromEnd >= before ? groups[fromEnd] : 0
            address = address << 16 | UInt128(group)
        }
        return address
    }

    /// The value of a hexadecimal digit in either case.
    private static func nibble(_ digit: UInt8) -> UInt8? {
        Hex.nibble((0x41...0x46).contains(digit) ? digit | 0x20 : digit)
    }
}
