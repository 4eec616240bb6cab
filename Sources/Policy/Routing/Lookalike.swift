// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Compares bytes of a path with a literal as a careless upstream might.
enum Lookalike {
    /// Where in the path the literal ends if it stands at `start`, letter case and percent-encoding
    /// aside; nil where it does not.
    ///
    /// A canonical path still holds encodings of reserved characters such as `%3A`, which many
    /// services decode before they look at a path. An encoded slash is compared as what it is
    /// written.
    static func end(
        of literal: ArraySlice<UInt8>, at start: Int, in path: Span<UInt8>
    ) -> Int? {
        var at = start
        for expected in literal {
            guard at < path.count else { return nil }
            var byte = path[at]
            at += 1
            if byte == UInt8(ascii: "%"), at + 1 < path.count,
                let high = nibble(path[at]), let low = nibble(path[at + 1])
            {
                byte = high << 4 | low
                at += 2
            }
            guard ASCII.folded(byte) == ASCII.folded(expected) else { return nil }
        }
        return at
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch ASCII.folded(digit) {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: ASCII.folded(digit) - 0x57
        default: nil
        }
    }
}
