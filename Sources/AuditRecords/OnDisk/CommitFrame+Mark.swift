// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Merkle

/// How a reader of the commit journal tells what is durable.
///
/// A frame can be read from the kernel before it is on stable storage, and the power may go in between: whoever was
/// shown its checkpoint would then call the honest log a rewritten one. Once the sync of a frame has returned, and
/// before anybody is answered, its mark is written behind it; the next frame takes the mark's place, and says the same.
///
/// ```text
///  0  8  "CSSYNCED"
///  8  8  the frame's number
/// 16  8  the frame's checksum
/// ```
extension CommitFrame {
    package static let markLength = 24
    private static let markMagic = Array("CSSYNCED".utf8)

    /// The mark of a sealed frame.
    package static func mark(of frame: [UInt8]) -> [UInt8] {
        markMagic + frame[8..<16] + frame[80..<88]
    }

    /// Whether something behind a frame, the last of a run that was read from these files, shows that its sync has
    /// returned: its mark, or the beginning of the next frame, which is written over the mark.
    package static func isSettled(_ last: CommitFrame, in journals: [[UInt8]]) -> Bool {
        let (start, end) = (last.bytes.startIndex, last.bytes.endIndex)
        let head = last.bytes.prefix(headerLength)
        var next = magic
        BigEndian.append(last.header.number + 1, to: &next)
        BigEndian.append(last.header.sizeAfter.count, to: &next)
        let mark = mark(of: Array(head))
        return journals.contains { journal in
            guard journal.count >= end + markLength,
                journal[start..<start + headerLength].elementsEqual(head)
            else { return false }
            let behind = journal[end..<end + markLength]
            return behind.elementsEqual(mark) || behind.elementsEqual(next)
        }
    }
}
