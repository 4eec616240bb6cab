// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The ASCII that some programs turn other characters into: by compatibility normalisation (UAX 15, NFKC), or
/// because a Windows code page has nothing closer ("best fit").
package enum CompatibleForm {
    /// The path delimiter, dot or space that such programs turn a character into; nil for all others.
    ///
    /// Letters and digits are left out: they are compared loosely when a path is looked up.
    package static func delimiter(_ scalar: UInt32) -> StaticString? {
        switch scalar {
        // Slashes: full-width; fraction and division slash by best fit; within letters.
        case 0xFF0F, 0x2044, 0x2215: "/"
        case 0x2100: "a/c"
        case 0x2101: "a/s"
        case 0x2105: "c/o"
        case 0x2106: "c/u"
        // Backslashes: full-width, small; by best fit, in Japan and Korea the signs of their currencies.
        case 0xFF3C, 0xFE68, 0x2216, 0x20E5, 0xA5, 0x20A9: "\\"
        // Dots: full-width, small, leaders of one to three.
        case 0xFF0E, 0xFE52, 0x2024: "."
        case 0x2025, 0xFE30: ".."
        case 0x2026, 0xFE19: "..."
        // What ends a path or a name.
        case 0xFF1B, 0xFE54, 0x37E: ";"
        case 0xFF1F, 0xFE56, 0x2047, 0x2048, 0x2049: "?"
        case 0xFF03, 0xFE5F: "#"
        case 0xFF05, 0xFE6A: "%"
        case 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: " "
        default: nil
        }
    }

    /// What browsers turn a character into in a host name (UTS 46): forms of letters, digits and dots; empty for
    /// characters that are ignored, nil for those that stay.
    package static func hostText(_ scalar: UInt32) -> [UInt8]? {
        func letter(_ first: UInt8, _ offset: UInt32) -> [UInt8] { [first + UInt8(offset)] }
        switch scalar {
        case 0xFF01...0xFF5E: return letter(0x21, scalar - 0xFF01)
        case 0x3002, 0xFF61, 0x2024, 0xFE52: return [UInt8(ascii: ".")]
        case 0xAD, 0x200B, 0x2060, 0xFEFF, 0xFE00...0xFE0F: return []
        case 0xB2, 0xB3: return letter(0x32, scalar - 0xB2)
        case 0xB9: return [0x31]
        case 0x2070: return [0x30]
        case 0x2074...0x2079: return letter(0x34, scalar - 0x2074)
        case 0x2080...0x2089: return letter(0x30, scalar - 0x2080)
        case 0x2460...0x2468: return letter(0x31, scalar - 0x2460)
        case 0x24EA: return [0x30]
        case 0x24B6...0x24CF: return letter(0x61, scalar - 0x24B6)
        case 0x24D0...0x24E9: return letter(0x61, scalar - 0x24D0)
        case 0x1D400...0x1D6A3: return letter(0x61, (scalar - 0x1D400) % 26)
        case 0x1D7CE...0x1D7FF: return letter(0x30, (scalar - 0x1D7CE) % 10)
        default: return nil
        }
    }
}
