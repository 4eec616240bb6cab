// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import LogFormat
import Merkle
import Testing

/// Frames that one later sync makes durable together.
@Suite struct `Windows of frames` {
    private func frame(_ number: UInt64, _ kind: CommitFrame.Kind) -> [UInt8] {
        let entries = [0, 3] + Array("one".utf8)
        var header = CommitFrame.Header(number: number, firstIndex: LeafIndex(number - 1))
        header.entryCount = 1
        header.entriesLength = UInt32(entries.count)
        var bytes = [UInt8](repeating: 0, count: CommitFrame.headerLength) + entries
        CommitFrame.seal(&bytes, with: header)
        CommitFrame.restate(&bytes, as: kind)
        return bytes
    }

    private func torn(_ frame: [UInt8]) -> [UInt8] {
        var frame = frame
        frame[frame.count - 1] ^= 1
        return frame
    }

    @Test(arguments: [CommitFrame.Kind.awaited, .opening, .continuing])
    func `are sound frames of their kind, every bit of it checked`(kind: CommitFrame.Kind) throws {
        let bytes = frame(7, kind)
        let read = try #require(CommitFrame(in: bytes, at: 0))
        #expect(read.kind == kind)
        #expect(read.header.number == 7)
        #expect(bytes.prefix(7).elementsEqual(Array("CSFRAME".utf8)))
        for bit in 0..<8 {
            var changed = bytes
            changed[7] ^= 1 << UInt8(bit)
            #expect(CommitFrame(in: changed, at: 0) == nil, "bit \(bit)")
        }
    }

    @Test func `are durable by what begins the next one, not by what continues them`() {
        let (first, second) = (frame(1, .opening), frame(2, .continuing))
        func settled(_ one: [UInt8], _ other: [UInt8] = []) -> Int {
            let run = CommitFrame.newestRun(one, other)
            return CommitFrame.settledCount(of: run, in: [one, other], given: .empty)
        }
        #expect(settled(first + second) == 0)
        #expect(settled(first + second + CommitFrame.mark(of: second)) == 2)
        // Two windows at most are under way, however many frames they have.
        #expect(settled(first + second, frame(3, .opening) + frame(4, .continuing)) == 0)
        let third = frame(5, .opening)
        #expect(settled(first + second + third, frame(3, .opening) + frame(4, .continuing)) == 2)
        #expect(
            settled(
                first + second + third,
                frame(3, .opening) + frame(4, .continuing)
                    + CommitFrame.mark(of: frame(4, .continuing)))
                == 4)
    }

    @Test func `behind a torn frame are lost where nothing says that it was durable`() {
        let last = CommitFrame(in: frame(1, .awaited), at: 0)
        func damage(_ journal: [UInt8]) -> UInt64? {
            CommitFrame.beyondDamage(journal, after: last)?.header.number
        }
        let begun = frame(1, .awaited) + torn(frame(2, .opening))
        #expect(damage(begun + frame(3, .continuing) + frame(4, .continuing)) == nil)
        #expect(
            CommitFrame.behindDamage(
                begun + frame(3, .continuing) + frame(4, .continuing), after: last
            ).map(\.header.number) == [3, 4])
        // A mark, or the beginning of another window, says it.
        let marked = frame(4, .continuing)
        #expect(
            damage(begun + frame(3, .continuing) + marked + CommitFrame.mark(of: marked)) == 4)
        #expect(damage(begun + frame(3, .opening)) == 3)
        #expect(damage(begun + frame(3, .awaited)) == 3)
    }

    @Test func `alone behind what was published are no run`() {
        let (one, other) = (torn(frame(4, .opening)), frame(5, .opening) + frame(6, .continuing))
        let (run, beyond) = CommitFrame.read([one, other], after: TreeSize(3))
        #expect(run.isEmpty)
        #expect(beyond.map(\.header.number) == [5, 6])
        let marked = other + CommitFrame.mark(of: frame(6, .continuing))
        #expect(CommitFrame.read([one, marked], after: TreeSize(3)).run.count == 2)
    }
}
