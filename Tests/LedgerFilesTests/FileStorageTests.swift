// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import LedgerFiles
import LogFormat
import Testing

@Suite("Files as the ledger's storage")
struct FileStorageTests {
    let disk: DiskLog
    let storage: FileStorage
    private let entries = LogFile.entries(SegmentNumber(0))

    init() throws {
        disk = try DiskLog()
        storage = try disk.storage()
    }

    @Test("A file that is not there has no length and no bytes, and asking makes none")
    func missing() throws {
        for file in [entries, .checkpoint, .tree(level: 3), .state, .commits(0)] {
            #expect(try storage.length(of: file) == nil)
            #expect(try storage.read(file, from: 0, count: 10) == [])
            #expect(try storage.contents(of: file) == [])
        }
        #expect(try disk.contents(of: "log") == ["keys/", "lock", "segments/", "tree/"])
    }

    @Test("What was written is read back, at any offset, and no further than the file goes")
    func readsBack() throws {
        try storage.write([1, 2, 3, 4, 5][...], to: entries, at: 0)
        try storage.write([0, 0, 6, 7][2...], to: entries, at: 4)
        #expect(try storage.length(of: entries) == 6)
        #expect(try storage.contents(of: entries) == [1, 2, 3, 4, 6, 7])
        #expect(try storage.read(entries, from: 4, count: 1) == [6])
        #expect(try storage.read(entries, from: 4, count: 100) == [6, 7])
        #expect(try storage.read(entries, from: 6, count: 1) == [])
        #expect(try storage.read(entries, from: 600, count: 1) == [])
        #expect(try storage.read(entries, from: 0, count: 0) == [])
    }

    @Test("A write beyond the end leaves zero bytes between")
    func gap() throws {
        try storage.write([9][...], to: entries, at: 3)
        #expect(try storage.contents(of: entries) == [0, 0, 0, 9])
    }

    @Test("Long pieces are written and read whole", arguments: [65_535, 65_536, 65_537, 5 << 20])
    func long(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try storage.write(bytes[...], to: entries, at: 0)
        try storage.sync(entries)
        #expect(try storage.contents(of: entries) == bytes)
    }

    @Test("Room in the commit journal is its length; elsewhere files end where their content does")
    func reserve() throws {
        try storage.reserve(.commits(0), through: 1000)
        #expect(try storage.length(of: .commits(0)) == 1 << 20)
        #expect(try storage.read(.commits(0), from: 0, count: 3) == [0, 0, 0])
        try storage.reserve(entries, through: 1000)
        #expect(try storage.length(of: entries) == 0)
        try storage.write([1][...], to: entries, at: 0)
        try storage.reserve(entries, through: 2 << 20)
        #expect(try storage.contents(of: entries) == [1])
    }

    @Test("Zeros written ahead in the commit journal touch nothing that was there before")
    func ahead() throws {
        let frame = [UInt8](repeating: 7, count: 100)
        try storage.reserve(.commits(0), through: 10)
        try storage.write(frame[...], to: .commits(0), at: 0)
        try storage.write(frame[...], to: .commits(0), at: 100)
        let length = 1 << 20
        var expected = frame + frame + [UInt8](repeating: 0, count: length - 200)
        #expect(try storage.contents(of: .commits(0)) == expected)
        // Frames of an earlier round lie where the next ones go, and are read until then.
        let old = [UInt8](repeating: 5, count: length)
        try storage.write(old[...], to: .commits(0), at: 0)
        try storage.write(frame[...], to: .commits(0), at: 0)
        expected = frame + old.dropFirst(100)
        #expect(try storage.contents(of: .commits(0)) == expected)
        storage.release(.commits(0))
        try storage.reserve(.commits(0), through: length + 1)
        try storage.write(frame[...], to: .commits(0), at: 100)
        expected.replaceSubrange(100..<200, with: frame)
        #expect(
            try storage.contents(of: .commits(0)) == expected + [UInt8](repeating: 0, count: length)
        )
        try storage.write(frame[...], to: .commits(0), at: length - 50)
        expected.replaceSubrange(length - 50..<length, with: frame.prefix(50))
        #expect(
            try storage.contents(of: .commits(0))
                == expected + frame.suffix(50) + [UInt8](repeating: 0, count: length - 50))
    }

    @Test("Truncating gives back room, which can be reserved again")
    func truncate() throws {
        try storage.reserve(.commits(1), through: 10)
        try storage.truncate(.commits(1), to: 4)
        #expect(try storage.length(of: .commits(1)) == 4)
        try storage.reserve(.commits(1), through: 5)
        #expect(try storage.length(of: .commits(1)) == 1 << 20)
    }

    @Test("Replacing leaves the new content and nothing beside it")
    func replace() throws {
        for content in [Array("one, which is longer".utf8), Array("two".utf8), []] {
            try storage.replace(.checkpoint, with: content)
            #expect(try storage.contents(of: .checkpoint) == content)
            #expect(try disk.read("log/checkpoint") == content)
        }
        #expect(
            try disk.contents(of: "log") == ["checkpoint", "keys/", "lock", "segments/", "tree/"])
    }

    @Test("A file that was let go of is found again")
    func release() throws {
        try storage.write([1, 2][...], to: entries, at: 0)
        storage.release(entries)
        storage.release(entries)
        #expect(try storage.contents(of: entries) == [1, 2])
        try storage.write([3][...], to: entries, at: 2)
        #expect(try storage.contents(of: entries) == [1, 2, 3])
    }

    @Test("The state file lies in its own folder")
    func state() throws {
        try storage.write([7][...], to: .state, at: 0)
        try storage.sync(.state)
        #expect(try disk.read("state/checkpoint.slots") == [7])
    }
}
