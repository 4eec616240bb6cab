// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// A file as it will be once the commit journal is applied to it: the bytes on disk, and over them what
/// the newest frames hold.
///
/// Reading through it gives the same bytes before, during and after the application.
struct OverlaidFile: Sendable {
    struct Patch: Sendable {
        let offset: Int
        let bytes: ArraySlice<UInt8>

        var end: Int { offset + bytes.count }
    }

    let path: FilePath
    /// How long the file was when it was looked at; nil where there was none.
    let lengthOnDisk: Int?
    /// Neighbouring parts in order; empty parts are left out.
    let patches: [Patch]

    init(_ path: FilePath, patches: [Patch]) throws(LogReadFailure) {
        self.path = path
        self.patches = patches.filter { !$0.bytes.isEmpty }
        do throws(LogReadFailure) {
            lengthOnDisk = try ReadableFile(path).length()
        } catch {
            guard error.code == .missing else { throw error }
            lengthOnDisk = nil
        }
    }

    /// The file with what is on disk before what the journal holds, where both are: what somebody
    /// changed is then seen for what it is.
    func preferringDisk() -> OverlaidFile {
        let end = lengthOnDisk ?? 0
        return OverlaidFile(
            path: path, lengthOnDisk: lengthOnDisk,
            patches: patches.compactMap { patch in
                guard patch.end > end else { return nil }
                let skipped = max(0, end - patch.offset)
                return Patch(offset: patch.offset + skipped, bytes: patch.bytes.dropFirst(skipped))
            })
    }

    private init(path: FilePath, lengthOnDisk: Int?, patches: [Patch]) {
        self.path = path
        self.lengthOnDisk = lengthOnDisk
        self.patches = patches
    }

    /// Whether there is neither a file nor anything to come into it.
    var isMissing: Bool { lengthOnDisk == nil && patches.isEmpty }

    /// Where the patches begin: what is before it must be on disk.
    var settledLength: Int { patches.first?.offset ?? lengthOnDisk ?? 0 }

    /// How long the file will be, bytes behind the last frame not counted.
    var length: Int { patches.last?.end ?? lengthOnDisk ?? 0 }

    /// How many bytes on disk lie behind everything that was committed.
    var trailingBytes: Int { max(0, (lengthOnDisk ?? 0) - length) }

    /// Reads up to `range.count` bytes at an offset; fewer only at the end.
    func read(
        _ file: borrowing ReadableFile?, at offset: Int, into buffer: inout [UInt8],
        _ range: Range<Int>
    ) throws(LogReadFailure) -> Int {
        var at = offset
        var target = range
        while !target.isEmpty, at < length {
            if let patch = patches.first(where: { $0.offset <= at && at < $0.end }) {
                let start = patch.bytes.startIndex + (at - patch.offset)
                let count = min(target.count, patch.end - at)
                buffer.replaceSubrange(
                    target.prefix(count), with: patch.bytes[start..<start + count])
                at += count
                target = target.dropFirst(count)
            } else {
                let limit = patches.first { $0.offset > at }?.offset ?? length
                let wanted = target.prefix(limit - at)
                guard let count = try file?.read(at: at, into: &buffer, wanted), count > 0 else {
                    break
                }
                at += count
                target = target.dropFirst(count)
            }
        }
        return at - offset
    }

    /// The bytes of a range; nil where they are not all there.
    func bytes(_ range: Range<Int>) throws(LogReadFailure) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: range.count)
        let needsDisk = range.lowerBound < settledLength
        let count =
            needsDisk
            ? try read(try ReadableFile(path), at: range.lowerBound, into: &bytes, 0..<range.count)
            : try read(nil, at: range.lowerBound, into: &bytes, 0..<range.count)
        return count == range.count ? bytes : nil
    }

    /// All bytes; nil where there are fewer than there must be.
    func contents() throws(LogReadFailure) -> [UInt8]? {
        guard lengthOnDisk != nil || !patches.isEmpty else { return nil }
        return try bytes(0..<length)
    }

    /// What a disk writes whole or not at all, at least.
    static let sectorBytes = 512

    /// The first byte on disk that contradicts the journal.
    ///
    /// Bytes that are missing, or zero up to the end of a disk's sector, are what a crash leaves of an
    /// unfinished application, and no contradiction.
    func firstConflict() throws(LogReadFailure) -> Int? {
        guard let lengthOnDisk, lengthOnDisk > settledLength else { return nil }
        let file = try ReadableFile(path)
        for patch in patches where patch.offset < lengthOnDisk {
            let end = min(patch.end, lengthOnDisk)
            let sectorEnd = (end + Self.sectorBytes - 1) / Self.sectorBytes * Self.sectorBytes
            let onDisk = try file.bytes(patch.offset..<min(sectorEnd, lengthOnDisk))
            let both = min(onDisk.count, patch.bytes.count)
            if PlainText.common(onDisk.span, 0, patch.bytes.span, 0) == both { continue }
            for (position, (found, expected)) in zip(onDisk, patch.bytes).enumerated()
            where found != expected {
                let offset = patch.offset + position
                let rest = Self.sectorBytes - offset % Self.sectorBytes
                guard onDisk[position...].prefix(rest).allSatisfy({ $0 == 0 }) else {
                    return offset
                }
            }
        }
        return nil
    }
}
