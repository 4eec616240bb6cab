// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension IPAddress: CustomStringConvertible {
    package var description: String { text }

    /// Dotted decimal, or the one canonical form of RFC 5952.
    package var text: String {
        switch family {
        case .v4:
            return [24, 16, 8, 0].map { String((bits >> $0) & 255) }.joined(separator: ".")
        case .v6:
            let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
            let zeros = Self.longestZeros(in: groups)
            let texts = groups.map { String($0, radix: 16) }
            guard let zeros else { return texts.joined(separator: ":") }
            return texts[..<zeros.lowerBound].joined(separator: ":") + "::"
                + texts[zeros.upperBound...].joined(separator: ":")
        }
    }

    /// The first of the longest runs of two or more zero groups.
    private static func longestZeros(in groups: [UInt16]) -> Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > max(1, longest?.count ?? 0) { longest = start..<end }
            start = max(end, start + 1)
        }
        return longest
    }
}
