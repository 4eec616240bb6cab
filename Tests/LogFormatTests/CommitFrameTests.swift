// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import Merkle
import Testing

@Suite("Frames of the commit journal")
struct CommitFrameTests {
    /// A frame whose parts have these lengths, each filled with its own byte; of the record of its number, unless said.
    private func frame(
        _ number: UInt64 = 1, firstIndex: UInt64? = nil, count: UInt32 = 1,
        parts: [UInt32] = [10, 20, 128, 0, 30]
    ) -> [UInt8] {
        var header = CommitFrame.Header(
            number: number, firstIndex: LeafIndex(firstIndex ?? number - 1))
        header.entryCount = count
        header.entriesOffset = 0x0102_0304_0506_0708
        header.disclosuresOffset = 2
        header.subjectsOffset = 3
        header.periodsOffset = UInt64.max
        header.entriesLength = parts[0]
        header.disclosuresLength = parts[1]
        header.subjectsLength = parts[2]
        header.periodsLength = parts[3]
        header.checkpointLength = parts[4]
        var bytes = [UInt8](repeating: 0, count: CommitFrame.headerLength)
        for (place, length) in parts.enumerated() {
            bytes += [UInt8](repeating: UInt8(place + 1), count: Int(length))
        }
        CommitFrame.seal(&bytes, with: header)
        return bytes
    }

    @Test(
        "A sealed frame comes back part by part, wherever it begins",
        arguments: [
            [10, 20, 128, 0, 30], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [1, 0, 0, 0, 0],
            [65_537, 0, 128, 128, 65_535],
        ] as [[UInt32]])
    func roundTrip(parts: [UInt32]) throws {
        let bytes = frame(7, firstIndex: 65_530, count: 6, parts: parts)
        for shift in [0, 1, 88, 257] {
            let journal = [UInt8](repeating: 0x43, count: shift) + bytes + [0x43]
            let read = try #require(CommitFrame(in: journal, at: shift))
            #expect(read.header.number == 7)
            #expect(read.header.firstIndex == LeafIndex(65_530))
            #expect(read.header.sizeAfter == TreeSize(65_536))
            #expect(read.header.entriesOffset == 0x0102_0304_0506_0708)
            #expect(read.header.disclosuresOffset == 2)
            #expect(read.header.subjectsOffset == 3)
            #expect(read.header.periodsOffset == UInt64.max)
            #expect(read.header.frameLength == bytes.count)
            #expect(Array(read.bytes) == bytes)
            let found = [
                read.entries, read.disclosures, read.subjects, read.periods, read.checkpoint,
            ]
            for (place, part) in found.enumerated() {
                #expect(part.count == Int(parts[place]), "part \(place)")
                #expect(part.allSatisfy { $0 == UInt8(place + 1) }, "part \(place)")
            }
        }
    }

    @Test("A frame with any bit of any byte flipped is none")
    func flipped() {
        var bytes = frame()
        for position in bytes.indices {
            for bit in 0..<8 {
                bytes[position] ^= 1 << bit
                #expect(CommitFrame(in: bytes, at: 0) == nil, "byte \(position), bit \(bit)")
                bytes[position] ^= 1 << bit
            }
        }
        #expect(CommitFrame(in: bytes, at: 0) != nil)
    }

    @Test("A frame that is cut short anywhere, or goes on with zero bytes, is none")
    func truncated() {
        let bytes = frame()
        for length in 0..<bytes.count {
            let cut = Array(bytes.prefix(length))
            #expect(CommitFrame(in: cut, at: 0) == nil, "\(length) bytes")
            let filled = cut + [UInt8](repeating: 0, count: bytes.count - length)
            #expect(CommitFrame(in: filled, at: 0) == nil, "\(length) bytes and zeros")
        }
    }

    @Test("Bytes that only begin like a frame are none, however long they say they are")
    func nonsense() {
        #expect(CommitFrame(in: [], at: 0) == nil)
        #expect(CommitFrame(in: Array("CSFRAME1".utf8), at: 0) == nil)
        var bytes = frame()
        for place in 60..<80 { bytes[place] = 0xff }
        #expect(CommitFrame(in: bytes, at: 0) == nil)
        #expect(CommitFrame(in: frame(), at: 1) == nil)
    }

    @Test("A journal file is its run of later and later frames; what is left over is ignored")
    func scan() {
        let journal = frame(4) + frame(5, parts: [0, 0, 0, 0, 9]) + frame(6)
        #expect(CommitFrame.scan(journal).map(\.header.number) == [4, 5, 6])
        #expect(CommitFrame.scan(journal + frame(2)).map(\.header.number) == [4, 5, 6])
        // Those between may stand in the other file; what is of earlier records is left over.
        #expect(CommitFrame.scan(journal + frame(8)).map(\.header.number) == [4, 5, 6, 8])
        #expect(CommitFrame.scan(journal + frame(7, firstIndex: 5)).count == 3)
        #expect(CommitFrame.scan(journal.dropLast()).map(\.header.number) == [4, 5])
        #expect(CommitFrame.scan([0] + journal).isEmpty)
        #expect(CommitFrame.scan([]).isEmpty)
    }

    @Test("Of two files the newest unbroken run counts, whichever of them it ends in")
    func newestRun() {
        func run(_ one: [UInt8], _ other: [UInt8]) -> [UInt64] {
            CommitFrame.newestRun(one, other).map(\.header.number)
        }
        let (older, newer) = (frame(1) + frame(2), frame(3) + frame(4))
        #expect(run(older, newer) == [1, 2, 3, 4])
        #expect(run(newer, older) == [1, 2, 3, 4])
        #expect(run(older, []) == [1, 2])
        #expect(run([], older) == [1, 2])
        #expect(run([], []) == [])
        // The end of the older file is damaged: what stands before the gap is of no use.
        #expect(run(frame(1), newer) == [3, 4])
        // Group 3 was rejected, and then went to the other file.
        #expect(run(older + frame(3, count: 9), newer) == [1, 2, 3, 4])
        // File 0 was begun again over older frames.
        #expect(run(frame(5) + frame(2), newer) == [3, 4, 5])
    }

    @Test("Groups that were under way two at a time stand in both files in turn")
    func alternating() {
        func run(_ one: [UInt8], _ other: [UInt8], after size: UInt64) -> [UInt64] {
            CommitFrame.newestRun(
                CommitFrame.scan(one), CommitFrame.scan(other), after: TreeSize(size)
            ).map(\.header.number)
        }
        let odd = frame(1) + frame(3) + frame(5)
        let even = frame(2) + frame(4) + frame(6)
        for size in 0...6 as ClosedRange<UInt64> {
            #expect(run(odd, even, after: size) == [1, 2, 3, 4, 5, 6])
            #expect(run(even, odd, after: size) == [1, 2, 3, 4, 5, 6])
        }
        // Frame 5 is torn: 6 was under way beside it, and stands on nothing, unless all before it was published.
        let torn = frame(1) + frame(3) + frame(5).dropLast()
        for size in 0...4 as ClosedRange<UInt64> {
            #expect(run(torn, even, after: size) == [1, 2, 3, 4])
        }
        #expect(run(torn, even, after: 5) == [6])
        // The file with the odd ones was begun again, once they were published.
        let later = frame(2) + frame(4) + frame(6) + frame(8)
        #expect(run(frame(7) + frame(9), later, after: 6) == [6, 7, 8, 9])
        #expect(run(Array(frame(7).dropLast()), later, after: 6) == [6])
        #expect(run([], later, after: 8) == [8])
        // Nothing that was published joins them: the newest count.
        #expect(run(frame(5), frame(6) + frame(8), after: 2) == [8])
    }

    @Test("What stands behind a gap is told apart from the run before it")
    func behindAGap() {
        func beyond(_ one: [UInt8], _ other: [UInt8], after size: UInt64) -> [UInt64] {
            let files = [CommitFrame.scan(one), CommitFrame.scan(other)]
            let run = CommitFrame.newestRun(files[0], files[1], after: TreeSize(size))
            return CommitFrame.beyond(run, in: files).map(\.header.number)
        }
        #expect(beyond(frame(1) + frame(3), frame(2) + frame(4), after: 0) == [])
        #expect(beyond(frame(1), frame(2) + frame(4), after: 0) == [4])
        #expect(beyond(frame(1) + frame(5), frame(2) + frame(4), after: 0) == [5, 4])
        #expect(beyond(frame(1), frame(2) + frame(4), after: 3) == [])
    }

    @Test("A frame whose number was given again is told by its records")
    func reused() {
        func run(_ one: [UInt8], _ other: [UInt8]) -> [UInt64] {
            CommitFrame.newestRun(one, other).map(\.header.firstIndex.value)
        }
        // File 1 held frames 3 and 4 of records 2 and 3, all published. A later start tore the first of them, gave
        // number 3 again, to record 4, and left a whole frame 4 standing behind it.
        #expect(run(frame(3, firstIndex: 4) + frame(4, firstIndex: 3), []) == [4])
        #expect(run(frame(1) + frame(2), frame(3, firstIndex: 4) + frame(4)) == [4])
        // The same where the number is given again in the other file.
        #expect(run(frame(3, firstIndex: 4), frame(3) + frame(4)) == [4])
        #expect(run(frame(3) + frame(4), frame(3, firstIndex: 4)) == [4])
    }

    @Test("A whole frame behind one that is not is damage, unless it is left over from earlier")
    func beyondDamage() {
        func found(_ journal: [UInt8], _ last: [UInt8]) -> UInt64? {
            CommitFrame.beyondDamage(journal, after: CommitFrame(in: last, at: 0))?.header.number
        }
        let whole = frame(1) + frame(2) + frame(3)
        let length = frame().count
        for place in length..<2 * length {
            var damaged = whole
            damaged[place] ^= 0x10
            #expect(found(damaged, frame(1)) == 3, "\(place)")
        }
        #expect(found(whole, frame(3)) == nil)
        #expect(found(Array(whole.dropLast()), frame(2)) == nil)
        // The first frame of a file that was begun again is torn; those behind it are older.
        var begun = frame(9) + frame(4) + frame(5)
        begun[100] ^= 1
        #expect(found(begun, frame(8)) == nil)
        #expect(found([], frame(8)) == nil)
    }

    @Test("Of a journal file only as much is read as frames can stand in")
    func used() {
        let large = frame(1, parts: [70_000, 0, 0, 0, 300])
        let room = [UInt8](repeating: 0, count: 1 << 20)
        let torn = Array(frame(3, parts: [200_000, 0, 0, 0, 9]).prefix(100))
        for (file, most) in [
            ([], 0), (room, 1 << 16), (large + frame(2) + room, 200_000),
            (large + frame(2) + torn + room, 400_000), (large + frame(2) + torn, 100_000),
            (large + frame(2) + frame(7) + room, 200_000), (Array(large.dropLast()), 100_000),
            (Array(room.prefix(20)), 20),
        ] {
            let used = CommitFrame.used(ofFile: file.count) { offset, count in
                Array(file[offset..<min(offset + count, file.count)])
            }
            #expect(used.count <= most)
            #expect(file.starts(with: used))
            #expect(
                CommitFrame.scan(used).map(\.header.number)
                    == CommitFrame.scan(file).map(\.header.number))
            let last = CommitFrame.scan(file).last
            #expect(
                CommitFrame.tornBytes(used, after: last) == CommitFrame.tornBytes(file, after: last)
            )
        }
    }

    @Test("Only a frame that would have been next counts as torn")
    func torn() {
        let first = frame(1)
        let second = frame(2)
        let last = CommitFrame(in: first, at: 0)
        for length in 0..<second.count {
            let torn = CommitFrame.tornBytes(first + second.prefix(length), after: last)
            #expect(torn == (length < 16 ? 0 : length), "\(length)")
        }
        // Room that was allocated is not counted.
        let room = [UInt8](repeating: 0, count: 1000)
        #expect(
            CommitFrame.tornBytes(first + second.prefix(120) + room, after: last) == second.count)
        #expect(CommitFrame.tornBytes(first + room, after: last) == 0)
        #expect(CommitFrame.tornBytes(first + frame(1).prefix(100), after: last) == 0)
        // One more may have been under way beside the next one.
        #expect(CommitFrame.tornBytes(first + frame(3).prefix(100), after: last) == 100)
        #expect(CommitFrame.tornBytes(first + frame(4).prefix(100), after: last) == 0)
        #expect(CommitFrame.tornBytes(Array(frame(1).prefix(100)), after: nil) == 100)
    }
}
