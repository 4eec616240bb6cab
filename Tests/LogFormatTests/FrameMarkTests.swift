// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import Merkle
import Testing

@Suite struct `The mark behind a frame` {
    private func frame(_ number: UInt64, first: UInt64, entry: String) -> [UInt8] {
        let entries = [0, UInt8(entry.utf8.count)] + Array(entry.utf8)
        var header = CommitFrame.Header(number: number, firstIndex: LeafIndex(first))
        header.entryCount = 1
        header.entriesLength = UInt32(entries.count)
        var bytes = [UInt8](repeating: 0, count: CommitFrame.headerLength) + entries
        CommitFrame.seal(&bytes, with: header)
        return bytes
    }

    private func isSettled(_ one: [UInt8], _ other: [UInt8] = []) throws -> Bool {
        let last = try #require(CommitFrame.newestRun(one, other).last)
        return CommitFrame.isSettled(last, in: [one, other])
    }

    @Test func `stands for that frame alone`() throws {
        let frame = frame(7, first: 3, entry: "one")
        let mark = CommitFrame.mark(of: frame)
        #expect(mark.count == CommitFrame.markLength)
        #expect(mark.starts(with: Array("CSSYNCED".utf8)))
        #expect(try !isSettled(frame))
        #expect(try isSettled(frame + mark))
        #expect(try isSettled([], frame + mark + [1, 2, 3]))
        // Left over from a frame of the same number, or of another.
        for other in [self.frame(7, first: 3, entry: "two"), self.frame(6, first: 3, entry: "one")]
        {
            #expect(try !isSettled(frame + CommitFrame.mark(of: other)))
        }
    }

    @Test func `gives way to the next frame, whose beginning says the same`() throws {
        let frame = frame(7, first: 3, entry: "one")
        let next = self.frame(8, first: 4, entry: "two")
        for length in 24..<next.count { #expect(try isSettled(frame + next.prefix(length))) }
        // Those between may stand in the other file.
        let later = self.frame(9, first: 5, entry: "two")
        #expect(try isSettled(frame + later.prefix(60)))
        for other in [self.frame(7, first: 4, entry: "two"), self.frame(9, first: 3, entry: "two")]
        {
            #expect(try !isSettled(frame + other.prefix(60)))
        }
    }

    @Test func `says the same of all frames before it`() throws {
        let frames = (1...4).map { frame(UInt64($0), first: UInt64($0) - 1, entry: "one") }
        let marks = frames.map { CommitFrame.mark(of: $0) }
        func settled(_ one: [UInt8], _ other: [UInt8], given size: UInt64 = 0) -> Int {
            let run = CommitFrame.newestRun(one, other)
            return CommitFrame.settledCount(of: run, in: [one, other], given: TreeSize(size))
        }
        // No more than two can be under way.
        #expect(settled(frames[0] + frames[2], frames[1] + frames[3]) == 2)
        #expect(settled(frames[0] + frames[2] + marks[2], frames[1] + frames[3]) == 3)
        #expect(settled(frames[0] + frames[2], frames[1] + frames[3] + marks[3]) == 4)
        #expect(settled(frames[0] + frames[2], frames[1] + frames[3], given: 3) == 3)
        #expect(settled(frames[0] + frames[2], frames[1] + frames[3], given: 4) == 4)
        #expect(settled(frames[0], frames[1]) == 0)
        #expect(settled(frames[0] + marks[0], frames[1]) == 1)
        #expect(settled(frames[0], []) == 0)
        #expect(settled([], []) == 0)
    }

    @Test func `torn at any byte, or with any bit turned, is none`() throws {
        let frame = frame(1, first: 0, entry: "a")
        let mark = CommitFrame.mark(of: frame)
        for length in 0..<mark.count { #expect(try !isSettled(frame + mark.prefix(length))) }
        for bit in 0..<mark.count * 8 {
            var turned = mark
            turned[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try !isSettled(frame + turned))
        }
    }

    @Test func `is no frame, and none that may be one`() {
        let frame = frame(1, first: 0, entry: "a")
        let journal = frame + CommitFrame.mark(of: frame) + [UInt8](repeating: 0, count: 200)
        let last = CommitFrame.scan(journal).last
        #expect(CommitFrame.scan(journal).count == 1)
        #expect(!CommitFrame.mayHoldAnother(journal, after: last))
        #expect(CommitFrame.tornBytes(journal, after: last) == 0)
    }
}
