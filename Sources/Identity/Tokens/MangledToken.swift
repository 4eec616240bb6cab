// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// A text that is no token in canonical form, looked through for the name of an issuer of ours.
enum MangledToken {
    /// The issuer whose name stands in any part of the text, read as leniently as anybody might.
    ///
    /// It finds too much rather than too little: what is found here is refused instead of handed to a service.
    static func issuer(of token: Span<UInt8>, among issuers: some Sequence<String>) -> String? {
        let issuers = issuers.filter { !$0.isEmpty }
        guard !issuers.isEmpty, token.count <= UnverifiedToken.longest else { return nil }
        let text = [UInt8](copying: token)
        // Encrypted, nested and cut tokens have other numbers of parts; every part may be the payload.
        for part in text.split(separator: UInt8(ascii: "."), maxSplits: 7) {
            // JSON may write a solidus with a backslash before it.
            let decoded = decode(part).filter { $0 != UInt8(ascii: "\\") }
            for issuer in issuers where decoded.holds(Array(issuer.utf8)) { return issuer }
        }
        return nil
    }

    /// The bytes of base 64 in either alphabet; what is no letter of one is passed over, and so are bits left over.
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
    /// Whether other bytes, at least one, stand somewhere in these.
    fileprivate func holds(_ other: [UInt8]) -> Bool {
        guard let first = other.first, count >= other.count else { return false }
        for start in 0...count - other.count where self[start] == first {
            if self[start..<start + other.count].elementsEqual(other) { return true }
        }
        return false
    }
}
