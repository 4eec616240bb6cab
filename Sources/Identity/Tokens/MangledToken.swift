// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Searches a text that is no canonical token for the name of one of our issuers.
enum MangledToken {
    /// The issuer whose name is in any part of the text, read as leniently as anybody might.
    ///
    /// It finds too much rather than too little: what is found here is refused instead of handed to a service.
    static func issuer(of token: Span<UInt8>, among issuers: some Sequence<String>) -> String? {
        let issuers = issuers.filter { !$0.isEmpty }
        guard !issuers.isEmpty, token.count <= UnverifiedToken.longest else { return nil }
        let text = [UInt8](copying: token)
        // Encrypted, nested and cut tokens have other numbers of parts; every part may be the payload.
        for part in text.split(separator: UInt8(ascii: "."), maxSplits: 7) {
            // JSON may escape a slash with a backslash.
            let decoded = decode(part).filter { $0 != UInt8(ascii: "\\") }
            for issuer in issuers where decoded.holds(Array(issuer.utf8)) { return issuer }
        }
        return nil
    }

    /// The bytes of base 64 in either alphabet; other characters and leftover bits are ignored.
    private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, held): (UInt32, Int) = (0, 0)
        for symbol in text {
            let value: UInt8
            switch symbol {
            case 0x41...0x5A: value = symbol - 0x41
            case 0x61...0x7A: value = symbol - 0x61 + 26
            case 0x30...0x39: value = symbol - 0x30 + 52
            case UInt8(ascii: "-"), UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "_"), UInt8(ascii: "/"): value = 63
            default: continue
            }
            bits = bits << 6 | UInt32(value)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        }
        return bytes
    }
}

extension [UInt8] {
    /// Whether these contain other bytes, at least one.
    fileprivate func holds(_ other: [UInt8]) -> Bool {
        guard let first = other.first, count >= other.count else { return false }
        for start in 0...count - other.count where self[start] == first {
            if self[start..<start + other.count].elementsEqual(other) { return true }
        }
        return false
    }
}
