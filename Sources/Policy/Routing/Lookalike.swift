// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Compares bytes of a path with a literal as a careless upstream might.
enum Lookalike {
    /// Where in the path the literal ends if it stands at `start`, letter case and percent-encoding
    /// aside; nil where it does not.
    ///
    /// A canonical path still holds encodings of reserved characters such as `%3A`, which many
    /// services decode before they look at a path. An encoded slash is compared as what it is
    /// written. A letter outside ASCII stands for any letter or digit, as long as others of the
    /// literal stand there as they are: see ``PlainReading``.
    static func end(
        of literal: ArraySlice<UInt8>, at start: Int, in path: Span<UInt8>
    ) -> Int? {
        end(of: literal, at: start, in: path, stray: .letter)
            ?? end(of: literal, at: start, in: path, stray: .invisible)
    }

    private static func end(
        of literal: ArraySlice<UInt8>, at start: Int, in path: Span<UInt8>, stray: PlainReading
    ) -> Int? {
        var at = start
        // Whether anything but a wildcard was compared.
        var hasEvidence = !literal.contains(where: ASCII.isAlphanumeric)
        for expected in literal {
            switch letter(&at, in: path, stray: stray) {
            case .form(let byte)?:
                guard ASCII.folded(byte) == ASCII.folded(expected) else { return nil }
                if ASCII.isAlphanumeric(expected) { hasEvidence = true }
            case .letter?:
                guard ASCII.isAlphanumeric(expected) else { return nil }
            case .invisible?, .stray?, .other?, nil: return nil
            }
        }
        guard hasEvidence else { return nil }
        var after = at
        while case .invisible? = character(&after, in: path, stray: .invisible) { at = after }
        return at
    }

    /// Whether a path goes on behind a literal so that the literal could still be all that is asked
    /// for: frameworks take `/admin.json` for `/admin` in another format.
    static func isFormat(at end: Int, in path: Span<UInt8>) -> Bool {
        guard end < path.count, path[end] == UInt8(ascii: ".") else { return false }
        // Some pass over a slash at the end before they look for a format.
        for at in end..<path.count - 1 where path[at] == ASCII.slash { return false }
        return true
    }

    /// The byte at `at`, decoded, or nil at the end.
    @inline(__always)
    static func next(_ at: inout Int, in path: Span<UInt8>) -> UInt8? {
        guard at < path.count else { return nil }
        let byte = path[at]
        at += 1
        guard byte == UInt8(ascii: "%"), at + 1 < path.count,
            let high = ASCII.nibble(path[at]), let low = ASCII.nibble(path[at + 1])
        else { return byte }
        at += 2
        return high << 4 | low
    }

    /// The next character that shows, or nil at the end.
    private static func letter(
        _ at: inout Int, in path: Span<UInt8>, stray: PlainReading
    ) -> PlainReading? {
        while let found = character(&at, in: path, stray: stray) {
            guard case .invisible = found else { return found }
        }
        return nil
    }

    @inline(__always)
    private static func character(
        _ at: inout Int, in path: Span<UInt8>, stray: PlainReading
    ) -> PlainReading? {
        guard let byte = next(&at, in: path) else { return nil }
        guard byte >= 0x80 else { return .form(byte) }
        let found = PlainReading(lead: byte, &at, in: path)
        if case .stray = found { return stray }
        return found
    }
}
