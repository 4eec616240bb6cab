// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// A host with an optional port as `Host` and absolute targets name it (RFC 9110 §4.2, §7.2).
///
/// Stricter than RFC 3986: no user information, no percent-encoding, and a name that ends in a
/// number must be a full IPv4 address. A dot after a name and a colon without a port mean nothing.
struct Authority {
    /// The host without port and without the trailing dot; an IPv6 address keeps its brackets.
    let host: Range<Int>
    let port: UInt16?
    /// Whether there is a meaningless dot or colon.
    let hasSurplus: Bool

    /// Reads the whole of `range`; nil when it is anything else.
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty, range.count <= 263 else { return nil }
        var hostEnd: Int
        var end: Int
        if bytes[range.lowerBound] == Byte.openBracket {
            guard let close = Self.bracketed(bytes, range) else { return nil }
            hostEnd = close
            end = close
        } else {
            guard let found = Self.name(bytes, range) else { return nil }
            hostEnd = found
            end = found
            if end < range.upperBound, bytes[end] == Byte.dot { end += 1 }
        }
        host = range.lowerBound..<hostEnd
        if end == range.upperBound {
            port = nil
            hasSurplus = end > hostEnd
            return
        }
        guard bytes[end] == Byte.colon else { return nil }
        if end + 1 == range.upperBound {
            port = nil
            hasSurplus = true
            return
        }
        guard let number = Self.port(bytes, end + 1..<range.upperBound) else { return nil }
        port = number
        hasSurplus = end > hostEnd
    }

    /// Whether both name the same host and port (RFC 9110 §4.2.3), for a scheme with the given
    /// usual port.
    func isSame(as other: Authority, in bytes: Span<UInt8>, usualPort: UInt16) -> Bool {
        port ?? usualPort == other.port ?? usualPort
            && bytes.spellsSame(host, as: bytes, other.host)
    }

    /// The end of `[IPv6]`; future address formats and zones are refused.
    private static func bracketed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var at = range.lowerBound + 1
        while at < range.upperBound, bytes[at] != Byte.closeBracket { at += 1 }
        guard at < range.upperBound, IPAddress.v6(bytes, range.lowerBound + 1..<at) != nil else {
            return nil
        }
        return at + 1
    }

    /// The end of labels of 1–63 letters, digits, `-` and `_`, at most 253 bytes in all; a dot may follow.
    private static func name(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var at = range.lowerBound
        var label = at
        while at < range.upperBound, bytes[at] != Byte.colon {
            if bytes[at] == Byte.dot {
                guard at > label, at - label <= 63 else { return nil }
                if at + 1 == range.upperBound || bytes[at + 1] == Byte.colon { break }
                label = at + 1
            } else if !ByteSet.hostName.contains(bytes[at]) {
                return nil
            }
            at += 1
        }
        guard at > label, at - label <= 63, at - range.lowerBound <= 253 else { return nil }
        if Self.isNumber(bytes, label..<at) {
            guard IPAddress.v4(bytes, range.lowerBound..<at) != nil else { return nil }
        }
        return at
    }

    /// Whether readers of short IPv4 forms would take a last label for a number.
    private static func isNumber(_ bytes: Span<UInt8>, _ label: Range<Int>) -> Bool {
        var digits = label
        let isHex =
            label.count >= 2 && bytes[label.lowerBound] == Byte.zero
            && bytes[label.lowerBound + 1] | 0x20 == UInt8(ascii: "x")
        if isHex { digits = label.lowerBound + 2..<label.upperBound }
        for place in digits {
            guard isHex ? Byte.nibble(bytes[place]) != nil : Byte.isDigit(bytes[place]) else {
                return false
            }
        }
        return true
    }

    /// 1–65535 without leading zeros.
    static func port(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt16? {
        guard !range.isEmpty, range.count <= 5, bytes[range.lowerBound] != Byte.zero else {
            return nil
        }
        var number: UInt32 = 0
        for place in range {
            guard Byte.isDigit(bytes[place]) else { return nil }
            number = number * 10 + UInt32(bytes[place] - Byte.zero)
        }
        return UInt16(exactly: number)
    }
}
