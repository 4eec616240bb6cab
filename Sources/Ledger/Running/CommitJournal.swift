// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords

/// Where the next commit frame goes: two files, written in turn from their start, so that each is used
/// again once what it holds has been applied and synced.
struct CommitJournal {
    private(set) var file: Int
    private(set) var length: Int
    /// The first frame number in the file that is not being written; nil when it may be overwritten.
    private(set) var otherNeedsFlushThrough: UInt64?
    let capacity: Int

    init(file: Int, length: Int, otherNeedsFlushThrough: UInt64?, capacity: Int) {
        self.file = file
        self.length = length
        self.otherNeedsFlushThrough = otherNeedsFlushThrough
        self.capacity = capacity
    }

    /// Whether a frame of this length still fits into the file that is being written.
    ///
    /// A frame larger than a whole file goes to the start of one, which grows.
    func fits(_ frameLength: Int) -> Bool { length == 0 || length + frameLength <= capacity }

    /// Begins the other file.
    ///
    /// - Parameters:
    ///   - lastFrame: number of the last frame in the file that is left.
    ///   - flushedThrough: number of the last frame that is applied and synced.
    /// - Precondition: `AppliedBeforeOverwritten`: no frame of the other file is still needed.
    mutating func turn(lastFrame: UInt64, flushedThrough: UInt64) {
        precondition(
            otherNeedsFlushThrough.map { $0 <= flushedThrough } ?? true,
            "AppliedBeforeOverwritten: a commit journal file is used again too early")
        file = 1 - file
        length = 0
        otherNeedsFlushThrough = lastFrame
    }

    mutating func wrote(_ frameLength: Int) { length += frameLength }

    /// The frame that has to be published before this file is full, once half of it is.
    var needsRoomAfter: UInt64? { length >= capacity / 2 ? otherNeedsFlushThrough : nil }
}
