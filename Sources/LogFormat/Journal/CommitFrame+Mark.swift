// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Merkle

/// How a reader of the commit journal knows what is durable.
///
/// A frame can be read from the kernel before it is on stable storage, and the power may fail in
/// between: to whoever was shown its checkpoint, the honest log would then look rewritten. Once the
/// syncs of a frame and of all before it have returned, and before anybody is answered, its mark is
/// written after it; the next frame in its file replaces the mark, and says the same. If nobody
/// waits for the sync, the last frame of a window gets the mark, and the first of the next one
/// replaces it.
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

    /// How many frames of a run, from the front, are certainly durable.
    ///
    /// - Parameters:
    ///   - run: as read from these files.
    ///   - size: of a checkpoint that was given out: what it covers was durable then.
    package static func settledCount(
        of run: [CommitFrame], in journals: [[UInt8]], given size: TreeSize
    ) -> Int {
        // No more can be under way; and frames become durable in order, so one shows it for all
        // before it.
        let certain = run.startOfLastWindows(mostUnderWay)
        for place in stride(from: run.count - 1, through: certain, by: -1)
        where run[place].header.sizeAfter <= size || isSettled(run[place], in: journals) {
            return place + 1
        }
        return certain
    }

    /// Whether something after a frame read from these files shows that it, and all before it, are
    /// durable: its mark, or the beginning of a later frame written over the mark.
    package static func isSettled(_ frame: CommitFrame, in journals: [[UInt8]]) -> Bool {
        let (start, end) = (frame.bytes.startIndex, frame.bytes.endIndex)
        let head = frame.bytes.prefix(headerLength)
        let mark = mark(of: Array(head))
        return journals.contains { journal in
            guard journal.count >= end + markLength,
                journal[start..<start + headerLength].elementsEqual(head)
            else { return false }
            return journal[end..<end + markLength].elementsEqual(mark)
                || frame.isFollowed(in: journal, at: end)
        }
    }

    /// Whether the first 24 bytes of a later frame are at an offset.
    private func isFollowed(in journal: [UInt8], at offset: Int) -> Bool {
        guard let kind = Self.kind(in: journal, at: offset), kind.saysDurable,
            let number = BigEndian.read(UInt64.self, from: journal, at: offset + 8),
            let first = BigEndian.read(UInt64.self, from: journal, at: offset + 16)
        else { return false }
        return number > header.number && first >= header.sizeAfter.count
    }
}

extension [CommitFrame] {
    /// Where the last `count` windows of a run begin: each is what one sync makes durable.
    fileprivate func startOfLastWindows(_ count: Int) -> Int {
        var left = count
        for place in indices.reversed() where self[place].kind.saysDurable {
            left -= 1
            if left == 0 { return place }
        }
        return 0
    }
}
