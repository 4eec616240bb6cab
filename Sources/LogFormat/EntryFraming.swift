// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why entries cannot be framed or read, and at which byte.
package struct EntryFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A leaf is longer than 65,535 bytes.
        case tooLong
        /// The bytes end inside a length or a leaf.
        case torn
    }

    package var kind: Kind
    /// Offset of the entry's length.
    package var offset: Int

    package init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

/// Entries as C2SP tlog-tiles bundles them: a big-endian `UInt16` length, then the leaf.
package enum EntryFraming {
    /// Bytes before every leaf.
    package static let lengthBytes = 2

    /// Appends one entry whose leaf `write` appends; on a fault the buffer is unchanged.
    ///
    /// - Returns: where the leaf is in the buffer.
    @discardableResult
    package static func append(
        to buffer: inout [UInt8], leaf write: (inout [UInt8]) -> Void
    ) throws(EntryFault) -> Range<Int> {
        let offset = buffer.count
        buffer.append(0)
        buffer.append(0)
        let start = buffer.count
        write(&buffer)
        guard let length = UInt16(exactly: buffer.count - start) else {
            buffer.removeLast(buffer.count - offset)
            throw EntryFault(kind: .tooLong, offset: offset)
        }
        buffer[offset] = UInt8(length >> 8)
        buffer[offset + 1] = UInt8(length & 255)
        return start..<buffer.count
    }

    /// Where the leaf of the entry at an offset is, or nil at the end of the bytes.
    ///
    /// The next entry begins where the leaf ends.
    package static func leaf(
        in bytes: Span<UInt8>, at offset: Int
    ) throws(EntryFault) -> Range<Int>? {
        guard offset < bytes.count else { return nil }
        guard bytes.count - offset >= lengthBytes else {
            throw EntryFault(kind: .torn, offset: offset)
        }
        let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
        let start = offset + lengthBytes
        guard bytes.count - start >= length else {
            throw EntryFault(kind: .torn, offset: offset)
        }
        return start..<start + length
    }

    /// Where all leaves are, up to the end or the first fault.
    package static func scan(_ bytes: Span<UInt8>) -> (leaves: [Range<Int>], fault: EntryFault?) {
        var leaves: [Range<Int>] = []
        do throws(EntryFault) {
            while let next = try leaf(in: bytes, at: leaves.last?.upperBound ?? 0) {
                leaves.append(next)
            }
            return (leaves, nil)
        } catch {
            return (leaves, error)
        }
    }
}
