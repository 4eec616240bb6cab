// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Glibc
internal import Merkle

extension CommitFrame {
    /// The sound frames at the start of a journal file, each the next after the one before, oldest first.
    ///
    /// Files are used again from the start, so what follows the last of them is left over from earlier.
    package static func scan(_ journal: [UInt8]) -> [CommitFrame] {
        var frames: [CommitFrame] = []
        var offset = 0
        while let frame = CommitFrame(in: journal, at: offset) {
            if let last = frames.last, !frame.follows(last) { break }
            frames.append(frame)
            offset += frame.header.frameLength
        }
        return frames
    }

    /// The frames of both journal files in order: the newest unbroken run.
    package static func newestRun(_ one: [UInt8], _ other: [UInt8]) -> [CommitFrame] {
        let runs = [scan(one), scan(other)].filter { !$0.isEmpty }
            .sorted { firstIndex($0) < firstIndex($1) }
        guard runs.count == 2, let newer = runs[1].first else { return runs.first ?? [] }
        // A group that was rejected though its frame was whole may end the older file, however large it was.
        let older = runs[0].prefix { $0.header.sizeAfter.count <= newer.header.firstIndex.value }
        guard let last = older.last, newer.follows(last) else { return runs[1] }
        return older + runs[1]
    }

    private static func firstIndex(_ run: [CommitFrame]) -> UInt64 {
        run.first?.header.firstIndex.value ?? 0
    }

    /// How many bytes of a frame that would be next, but is not whole, end a journal file: it was being
    /// written when the process or the machine stopped.
    package static func tornBytes(_ journal: [UInt8], after last: CommitFrame?) -> Int {
        let end = endOfRun(journal)
        let header = marks(journal, at: end, after: last)
        guard header.hasMagic, header.hasNumber else { return 0 }
        // What its header says is as doubtful as the rest; it cannot be longer than the file.
        return min(statedLength(journal, at: end), journal.count - end)
    }

    /// The length that a header gives to its frame.
    private static func statedLength(_ journal: [UInt8], at offset: Int) -> Int {
        (0..<5).reduce(headerLength) { sum, place in
            sum + Int(BigEndian.read(UInt32.self, from: journal, at: offset + 60 + 4 * place) ?? 0)
        }
    }

    /// The beginning of a journal file, as far as frames can stand in it: what follows was only reserved, or is
    /// left over, and would cost megabytes to read.
    ///
    /// - Parameters:
    ///   - length: of the file.
    ///   - read: gives the bytes from an offset on; fewer only where the file ends.
    package static func used<Failure: Error>(
        ofFile length: Int, _ read: (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [UInt8] {
        var journal: [UInt8] = []
        func fill(_ end: Int) throws(Failure) {
            let missing = min(max(end, journal.count + usedStep), length) - journal.count
            guard end > journal.count, missing > 0 else { return }
            journal += try read(journal.count, missing)
        }
        var end = 0
        while true {
            try fill(end + headerLength)
            guard journal.count - end >= headerLength,
                journal[end..<end + 8].elementsEqual(magic)
            else { return journal }
            let next = end + statedLength(journal, at: end)
            try fill(next)
            guard journal.count >= next else { return journal }
            end = next
        }
    }

    private static let usedStep = 1 << 16

    /// Whether something that could be the next frame, but is not sound, ends a journal file: it was torn, or one
    /// bit of it was read wrong.
    package static func mayHoldAnother(_ journal: [UInt8], after last: CommitFrame?) -> Bool {
        let header = marks(journal, at: endOfRun(journal), after: last)
        return header.hasMagic || header.hasNumber
    }

    /// A sound frame of later records that stands behind an unsound one. A frame is written once the one before it
    /// is synced, so the one between was whole, and was damaged since.
    package static func beyondDamage(
        _ journal: [UInt8], after last: CommitFrame?
    ) -> CommitFrame? {
        var offset = endOfRun(journal)
        let size = last?.header.sizeAfter.count ?? 0
        while let found = place(ofMagicIn: journal, from: offset) {
            if let frame = CommitFrame(in: journal, at: found),
                frame.header.number > (last?.header.number ?? 0) + 1,
                frame.header.firstIndex.value > size
            {
                return frame
            }
            offset = found + 1
        }
        return nil
    }

    private static func endOfRun(_ journal: [UInt8]) -> Int {
        scan(journal).reduce(0) { $0 + $1.header.frameLength }
    }

    private static func marks(
        _ journal: [UInt8], at offset: Int, after last: CommitFrame?
    ) -> (hasMagic: Bool, hasNumber: Bool) {
        guard journal.count - offset >= 16 else { return (false, false) }
        return (
            journal[offset..<offset + 8].elementsEqual(magic),
            BigEndian.read(UInt64.self, from: journal, at: offset + 8)
                == (last?.header.number ?? 0) + 1
        )
    }

    private static func place(ofMagicIn journal: [UInt8], from offset: Int) -> Int? {
        guard offset < journal.count else { return nil }
        return unsafe journal.withUnsafeBytes { bytes -> Int? in
            guard let start = bytes.baseAddress else { return nil }
            var at = offset
            // Safe: each search begins inside the array and ends with it.
            while at + magic.count <= bytes.count,
                let found = unsafe memchr(start + at, Int32(magic[0]), bytes.count - at)
            {
                at = unsafe UnsafeRawPointer(found) - start
                if journal[at...].starts(with: magic) { return at }
                at += 1
            }
            return nil
        }
    }
}
