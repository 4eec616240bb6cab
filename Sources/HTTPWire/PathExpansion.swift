// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Percent-encodes what clients leave unencoded in a path but should not.
enum PathExpansion {
    private static func isExpanded(_ byte: UInt8) -> Bool {
        byte >= 0x80 || ByteSet.encodedInPath.contains(byte)
    }

    static func expanded(_ path: ArraySlice<UInt8>) -> [UInt8] {
        var longer: [UInt8] = []
        longer.reserveCapacity(path.count + 32)
        for byte in path {
            if isExpanded(byte) {
                longer.append(Byte.percent)
                longer.append(Byte.hexDigit(byte >> 4))
                longer.append(Byte.hexDigit(byte & 15))
            } else {
                longer.append(byte)
            }
        }
        return longer
    }

    /// The byte of `path` at an offset of its expanded form.
    static func origin(of offset: Int, in path: ArraySlice<UInt8>) -> Int {
        var expanded = 0
        for (place, byte) in path.enumerated() {
            expanded += isExpanded(byte) ? 3 : 1
            if expanded > offset { return place }
        }
        return path.count
    }
}
