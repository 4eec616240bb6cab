// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a character could be taken for by services that normalise Unicode, drop accents or
/// map what they do not know to what looks like it.
enum PlainReading {
    /// An ASCII character, or a form of one that every compatibility normalisation (UAX 15) undoes.
    case form(UInt8)
    /// A letter or sign that can look or be mapped like a letter or digit.
    case letter
    /// Nothing: joiners, marks, soft hyphens.
    case invisible
    /// A character that nobody takes for ASCII.
    case other

    /// A byte that is no UTF-8: a letter to those who read another encoding, nothing to those who drop it.
    case stray

    /// Reads on behind the first, decoded byte of a character.
    init(lead: UInt8, _ at: inout Int, in path: Span<UInt8>) {
        let more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC2 ? 1 : 0
        var scalar = UInt32(lead) & (0x3F >> UInt32(more))
        var place = at
        for _ in 0..<more {
            guard let byte = Lookalike.next(&place, in: path), byte & 0xC0 == 0x80 else {
                self = .stray
                return
            }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        guard more > 0 else {
            self = .stray
            return
        }
        at = place
        self = Self.kind(of: scalar)
    }

    private static func kind(of scalar: UInt32) -> Self {
        switch scalar {
        // Full-width forms.
        case 0xFF01...0xFF5E: .form(UInt8(scalar - 0xFEE0))
        case 0xAD, 0x34F, 0x61C, 0x180B...0x180E, 0x200B...0x200F, 0x2028...0x202E,
            0x2060...0x206F, 0x300...0x36F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF,
            0xFE00...0xFE0F, 0xFE20...0xFE2F, 0xFEFF, 0xE0000...0xE0FFF:
            .invisible
        // Alphabets; letter-like, raised, enclosed and mathematical signs.
        case 0xA0...0x13FF, 0x1C80...0x1CBF, 0x1D00...0x1EFF, 0x1F00...0x1FFF, 0x2070...0x24FF,
            0x2C00...0x2DFF, 0xA640...0xA7FF, 0xAB30...0xABBF, 0xFB00...0xFB06, 0x1D400...0x1D7FF,
            0x1F100...0x1F1FF:
            .letter
        default: .other
        }
    }
}
