// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The number of a tile or bundle as path text: `<N>` or `<N>.p/<W>` (C2SP tlog-tiles).
///
/// Parsing law: what ``parse(_:)`` accepts, ``text(index:width:)`` would have written.
enum TilePath {
    /// `x001/x234/067` for a full tile 1234067, with `.p/8` behind it for one of width 8.
    static func text(index: UInt64, width: Int) -> String {
        var groups = [group(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            groups.append("x" + group(rest % 1000))
            rest /= 1000
        }
        let number = groups.reversed().joined(separator: "/")
        return width == TileLevel.fullWidth ? number : "\(number).p/\(width)"
    }

    /// The number and width of a text; nil for other forms of them, such as a width of 256 or 0,
    /// leading zeros and needless groups.
    ///
    /// An index is below 2^56, so that no tile ends beyond what a size can express.
    static func parse(_ text: Substring) -> (index: UInt64, width: Int)? {
        guard text.utf8.count <= 40 else { return nil }
        var groups = text.split(separator: "/", omittingEmptySubsequences: false)
        var width = UInt64(TileLevel.fullWidth)
        if groups.count > 1, groups[groups.count - 2].hasSuffix(".p") {
            guard let partial = decimal(groups.removeLast()), (1...255).contains(partial) else {
                return nil
            }
            width = partial
            groups[groups.count - 1].removeLast(2)
        }
        var index: UInt64 = 0
        for (position, group) in groups.enumerated() {
            var digits = group
            if position < groups.count - 1 {
                guard digits.popFirst() == "x" else { return nil }
            }
            guard digits.utf8.count == 3, let number = decimal(trimmingZeros(digits)) else {
                return nil
            }
            // A first group of zeros would be a second text for the same number.
            if position == 0, number == 0, groups.count > 1 { return nil }
            index = index * 1000 + number
            guard index < 1 << 56 else { return nil }
        }
        return (index, Int(width))
    }

    /// The text behind a prefix that it begins with.
    static func rest(of path: String, after prefix: String) -> Substring? {
        path.hasPrefix(prefix) ? path.dropFirst(prefix.count) : nil
    }

    /// A decimal number without leading zeros, below 10^6.
    static func decimal(_ text: Substring) -> UInt64? {
        guard (1...6).contains(text.utf8.count), text == "0" || text.utf8.first != 0x30 else {
            return nil
        }
        var number: UInt64 = 0
        for digit in text.utf8 {
            guard (0x30...0x39).contains(digit) else { return nil }
            number = number * 10 + UInt64(digit - 0x30)
        }
        return number
    }

    private static func trimmingZeros(_ digits: Substring) -> Substring {
        let trimmed = digits.drop { $0 == "0" }
        return trimmed.isEmpty ? digits.suffix(1) : trimmed
    }

    private static func group(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
