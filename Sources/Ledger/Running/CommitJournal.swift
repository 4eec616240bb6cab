// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat

/// Where the next commit frame goes: two files, each written from its start and reused once what it
/// holds has been applied and synced.
///
/// Each group goes after the last. While a group is on its way to the disk, the next can only go to
/// the other file: so the two are synced, and fail, independently, and whatever follows a frame in
/// its file shows that it is durable. If nobody waits for syncs, groups go to one file until its
/// sync begins: a window.
struct CommitJournal {
    /// Where a frame begins.
    struct Place: Hashable, Sendable {
        var file: Int
        var offset: Int
    }

    private struct File {
        var length = 0
        /// Number of the last frame in it; nil if nothing in it is needed.
        var lastFrame: UInt64?
        /// Whether its sync has begun but not returned.
        var isUnderWay = false
        /// Whether it holds frames whose sync has not begun.
        var isOpen = false
        /// How long it may become.
        var capacity: Int
    }

    private var files: [File]
    /// The file written last.
    private(set) var current: Int
    private let capacity: Int
    /// The frame that must be published soon, before the file that holds it is needed.
    private(set) var needsRoomAfter: UInt64?

    /// - Parameters:
    ///   - nextFrame: number of the first frame; everything before it is published.
    ///   - capacity: of each file.
    init(nextFrame: UInt64, capacity: Int) {
        current = Int(nextFrame % 2)
        self.capacity = capacity
        files = [File(capacity: capacity), File(capacity: capacity)]
        // The files are not full at the same time, so that one has room while the other's frames are published.
        files[1 - current].capacity = capacity / 2
    }

    /// Where a frame of this length can go; nil if a file has to be published first.
    ///
    /// A frame larger than a whole file goes to the start of one, which grows.
    ///
    /// - Parameter flushedThrough: number of the last frame that is applied and synced.
    mutating func place(for frameLength: Int, flushedThrough: UInt64) -> Place? {
        for file in [current, 1 - current] where !files[file].isUnderWay {
            // A window that was left is not continued: the two are synced in the order of their
            // groups.
            guard file == current || !files[file].isOpen else { continue }
            let length = files[file].length
            if length == 0 || length + frameLength <= files[file].capacity {
                current = file
                return Place(file: file, offset: length)
            }
            // It is full: until it can be used again, the other one takes everything.
            if let last = files[file].lastFrame {
                needsRoomAfter = max(needsRoomAfter ?? 0, last)
            }
        }
        for file in [1 - current, current] where !files[file].isUnderWay {
            guard files[file].lastFrame ?? 0 <= flushedThrough else { continue }
            restart(file, flushedThrough: flushedThrough)
            current = file
            return Place(file: file, offset: 0)
        }
        return nil
    }

    /// Both files are written from their start again: everything in them is published.
    mutating func empty() {
        precondition(
            files.allSatisfy { !$0.isUnderWay && !$0.isOpen },
            "AppliedBeforeOverwritten: the commit journal is emptied while a group is on its way")
        files = [File(capacity: capacity), File(capacity: capacity)]
        files[1 - current].capacity = capacity / 2
        needsRoomAfter = nil
    }

    /// - Precondition: `AppliedBeforeOverwritten`: no frame of the file is still needed.
    private mutating func restart(_ file: Int, flushedThrough: UInt64) {
        precondition(
            files[file].lastFrame ?? 0 <= flushedThrough,
            "AppliedBeforeOverwritten: a commit journal file is used again too early")
        files[file] = File(capacity: capacity)
    }

    /// What a frame at a place says of the one before it, if nobody waits for its sync.
    func kindInWindow(at place: Place) -> CommitFrame.Kind {
        files[place.file].isOpen ? .continuing : .opening
    }

    /// The sync of a file begins: what comes goes to the other one.
    mutating func syncBegins(of file: Int) {
        files[file].isUnderWay = true
        files[file].isOpen = false
    }

    /// A frame was written at a place but is not synced yet; see ``syncBegins(of:)``.
    mutating func departed(_ header: CommitFrame.Header, from place: Place) {
        files[place.file].length = place.offset + header.frameLength
        files[place.file].lastFrame = header.number
        files[place.file].isOpen = true
        // Half full, the file that comes next should be free by the time it is needed.
        let half = files[place.file].capacity / 2
        if place.offset < half, files[place.file].length >= half,
            let last = files[1 - place.file].lastFrame
        {
            needsRoomAfter = max(needsRoomAfter ?? 0, last)
        }
    }

    /// All frames of a file are durable, and a mark follows the last.
    mutating func landed(in file: Int) { files[file].isUnderWay = false }
}
