// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import LogFormat
internal import Merkle

/// One segment's entries read back: where each begins, and its hash.
struct SegmentScan {
    let segment: SegmentNumber
    let bytes: [UInt8]
    /// Start of each leaf, after its two length bytes, and its length.
    private(set) var leaves: [Range<Int>] = []
    /// Whether the file ends within an entry.
    private(set) var isTorn = false

    /// - Parameter bytes: the segment's `entries`.
    init(_ segment: SegmentNumber, bytes: [UInt8]) {
        self.segment = segment
        self.bytes = bytes
        var at = 0
        while at < bytes.count {
            guard let length = BigEndian.read(UInt16.self, from: bytes, at: at),
                bytes.count - at - 2 >= Int(length)
            else {
                isTorn = true
                return
            }
            leaves.append(at + 2..<at + 2 + Int(length))
            at += 2 + Int(length)
        }
    }

    /// Where the last whole entry ends.
    var end: Int { leaves.last?.upperBound ?? 0 }

    /// Leaves out what follows the first `count` entries.
    ///
    /// - Returns: the whole leaves that were left out; nil if nothing followed.
    mutating func cut(to count: Int) -> [[UInt8]]? {
        guard leaves.count >= count, leaves.count > count || isTorn else { return nil }
        let rest = leaves[count...].map { Array(bytes[$0]) }
        leaves.removeLast(leaves.count - count)
        isTorn = false
        return rest
    }

    func leaf(_ place: Int) -> ArraySlice<UInt8> { bytes[leaves[place]] }

    /// The `offsets` file of the segment.
    var offsets: [UInt8] {
        var offsets: [UInt8] = []
        offsets.reserveCapacity(leaves.count * 4)
        for leaf in leaves { BigEndian.append(UInt32(leaf.lowerBound - 2), to: &offsets) }
        return offsets
    }
}
