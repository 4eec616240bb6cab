// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Glibc
package import Merkle

extension CommitFrame {
    /// How many groups, or windows of groups, may be on their way to the disk at once, each in a journal file of its own.
    package static let mostUnderWay = 2

    /// How many numbers a boot skips after one that did not wait for syncs: more than the journal
    /// holds frames.
    package static let numbersPassedOver: UInt64 = 1 << 20

    /// The sound frames at the start of a journal file, oldest first. Those in between may be in
    /// the other file.
    ///
    /// Files are reused from the start, so what follows the last of them is left over.
    package static func scan(_ journal: [UInt8]) -> [CommitFrame] {
        var frames: [CommitFrame] = []
        var offset = 0
        while let frame = CommitFrame(in: journal, at: offset) {
            if let last = frames.last, !frame.comesAfter(last) { break }
            frames.append(frame)
            offset += frame.header.frameLength
        }
        return frames
    }

    /// The frames of both journal files in order: the newest unbroken run.
    package static func newestRun(_ one: [UInt8], _ other: [UInt8]) -> [CommitFrame] {
        newestRun(scan(one), scan(other), after: TreeSize(UInt64.max))
    }

    /// The frames of both journal files in order: the newest run that continues unbroken from what
    /// was published.
    ///
    /// Two groups may be under way at once. If the first of them was torn, the second is alone
    /// after the gap, however whole it is: it was never acknowledged, and nothing can have been
    /// applied from it.
    ///
    /// - Parameters:
    ///   - one: the frames of one file, as found by ``scan(_:)``; `other` has those of the other
    ///     file.
    ///   - size: everything up to here was published. If the journal does not reach back that far,
    ///     the newest run counts.
    package static func newestRun(
        _ one: [CommitFrame], _ other: [CommitFrame], after size: TreeSize
    ) -> [CommitFrame] {
        let all = (one.withoutRejected(other) + other.withoutRejected(one)).sorted {
            ($0.header.firstIndex.value, $0.header.number)
                < ($1.header.firstIndex.value, $1.header.number)
        }
        var (run, joined): ([CommitFrame], [CommitFrame]?) = ([], nil)
        for frame in all {
            if let last = run.last, !frame.follows(last) {
                if run[0].header.firstIndex.value <= size.count { joined = run }
                run = []
            }
            run.append(frame)
        }
        if let first = run.first, first.header.firstIndex.value > size.count, let joined {
            return joined
        }
        return run
    }

    /// What the two files hold, given what was published.
    ///
    /// - Returns: the run that counts, and sound frames after it that it does not reach: one that
    ///   was under way with a torn one, or, if there are more or something says that they were
    ///   durable, what is left after damage.
    package static func read(
        _ journals: [[UInt8]], after size: TreeSize
    ) -> (run: [CommitFrame], beyond: [CommitFrame]) {
        let files = journals.map { scan($0) }
        var run = newestRun(files[0], files[1], after: size)
        // Alone after what was published: the one before it is torn, and everything else was
        // published and overwritten.
        if size.count > 0, let first = run.first, first.header.firstIndex.value > size.count,
            run.dropFirst().allSatisfy({ $0.kind == .continuing }),
            !run.contains(where: { isSettled($0, in: journals) })
        {
            run = []
        }
        return (run, beyond(run, in: files))
    }

    /// Sound frames after a run that it does not reach.
    package static func beyond(
        _ run: [CommitFrame], in files: [[CommitFrame]]
    ) -> [CommitFrame] {
        let (number, size) = (run.last?.header.number ?? 0, run.last?.header.sizeAfter.count ?? 0)
        return files.flatMap { $0 }.filter {
            $0.header.number > number + 1 && $0.header.firstIndex.value > size
        }
    }

    /// How many bytes at the end of a journal file belong to an incomplete next frame, which was
    /// being written when the process or the machine stopped.
    package static func tornBytes(_ journal: [UInt8], after last: CommitFrame?) -> Int {
        let end = endOfRun(journal)
        let header = marks(journal, at: end, after: last)
        guard header.kind != nil, header.hasNumber else { return 0 }
        // Its header is as doubtful as the rest; it cannot be longer than the file.
        return min(statedLength(journal, at: end), journal.count - end)
    }

    /// The length that a header states for its frame.
    private static func statedLength(_ journal: [UInt8], at offset: Int) -> Int {
        (0..<5).reduce(headerLength) { sum, place in
            sum + Int(BigEndian.read(UInt32.self, from: journal, at: offset + 60 + 4 * place) ?? 0)
        }
    }

    /// The beginning of a journal file, as far as it can hold frames: what follows is only reserved
    /// or left over, and would cost megabytes to read.
    ///
    /// - Parameters:
    ///   - length: of the file.
    ///   - read: gives the bytes from an offset on; fewer only if the file ends.
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
            guard journal.count - end >= headerLength, kind(in: journal, at: end) != nil else {
                return journal
            }
            let next = end + statedLength(journal, at: end)
            try fill(next)
            guard journal.count >= next else { return journal }
            end = next
        }
    }

    private static let usedStep = 1 << 16

    /// Whether a journal file ends with something that could be the next frame but is not sound: it
    /// was torn, or one bit of it was misread.
    package static func mayHoldAnother(_ journal: [UInt8], after last: CommitFrame?) -> Bool {
        let header = marks(journal, at: endOfRun(journal), after: last)
        return header.kind != nil || header.hasNumber
    }

    /// A sound frame of later records after an unsound one in the same file, which shows that the
    /// unsound one was durable and has been damaged since: a frame is written there only once the
    /// one before it is synced.
    ///
    /// A frame that continues a window shows it only if its window is durable itself: a power cut
    /// leaves any of those that nobody waited for.
    package static func beyondDamage(
        _ journal: [UInt8], after last: CommitFrame?
    ) -> CommitFrame? {
        behindDamage(journal, after: last).first {
            $0.kind.saysDurable || isSettled($0, in: [journal])
        }
    }

    /// All sound frames of later records after an unsound one in the same file, the last of which
    /// may be in doubt.
    package static func behindDamage(
        _ journal: [UInt8], after last: CommitFrame?
    ) -> [CommitFrame] {
        var (found, offset): ([CommitFrame], Int) = ([], endOfRun(journal))
        let size = last?.header.sizeAfter.count ?? 0
        while let place = place(ofMagicIn: journal, from: offset) {
            offset = place + 1
            if let frame = CommitFrame(in: journal, at: place),
                frame.header.number > (last?.header.number ?? 0) + 1,
                frame.header.firstIndex.value > size
            {
                found.append(frame)
                offset = place + frame.header.frameLength
            }
        }
        return found
    }

    private static func endOfRun(_ journal: [UInt8]) -> Int {
        scan(journal).reduce(0) { $0 + $1.header.frameLength }
    }

    private static func marks(
        _ journal: [UInt8], at offset: Int, after last: CommitFrame?
    ) -> (kind: Kind?, hasNumber: Bool) {
        guard journal.count - offset >= 16 else { return (nil, false) }
        let number = BigEndian.read(UInt64.self, from: journal, at: offset + 8) ?? 0
        let kind = kind(in: journal, at: offset)
        // The window before it may have had any number of frames.
        let isLater = kind == .opening && number > last?.header.number ?? 0
        return (kind, isLater || isNext(number, after: last))
    }

    /// Whether a frame of this number may have been under way when the last one was durable.
    private static func isNext(_ number: UInt64, after last: CommitFrame?) -> Bool {
        let durable = last?.header.number ?? 0
        return number > durable && number <= durable + UInt64(mostUnderWay)
    }

    private static func place(ofMagicIn journal: [UInt8], from offset: Int) -> Int? {
        guard offset < journal.count else { return nil }
        return unsafe journal.withUnsafeBytes { bytes -> Int? in
            guard let start = bytes.baseAddress else { return nil }
            var at = offset
            // Safe: each search begins inside the array and ends with it.
            while at + magicStart.count < bytes.count,
                let found = unsafe memchr(start + at, Int32(magicStart[0]), bytes.count - at)
            {
                at = unsafe UnsafeRawPointer(found) - start
                if kind(in: journal, at: at) != nil { return at }
                at += 1
            }
            return nil
        }
    }
}

extension [CommitFrame] {
    /// Without a whole frame at the end whose group was rejected and then went to the other file.
    fileprivate func withoutRejected(_ others: [CommitFrame]) -> ArraySlice<CommitFrame> {
        guard let last else { return [] }
        let twin = others.firstIndex {
            $0.header.number == last.header.number && $0.header.firstIndex == last.header.firstIndex
        }
        guard let twin, twin == 0 || twin < others.count - 1 else { return self[...] }
        return dropLast()
    }
}
