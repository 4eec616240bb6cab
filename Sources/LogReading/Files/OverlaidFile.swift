// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogFormat
package import SystemPackage

/// A file as it will be once the commit journal is applied: the bytes on disk, overlaid with those of the
/// newest frames.
///
/// Reading through it gives the same bytes before, during and after the application.
package struct OverlaidFile: Sendable {
    package typealias Patch = JournalSpan.Piece

    package let path: FilePath
    /// The file's length when it was opened; nil if there was none.
    package let lengthOnDisk: Int?
    /// The commit journal's part of it; nil if it has none.
    private let span: JournalSpan?
    /// The file on disk, if it stays open between reads.
    private let kept: KeptFile?
    /// Adjoining parts in order; empty ones are left out.
    package let patches: [Patch]
    /// Whether each begins where the one before has ended, or behind it. Those of forged frames may lie anywhere.
    private let isOrdered: Bool

    /// - Parameter span: the commit journal's part of the file; nil if it has none.
    package init(_ path: FilePath, _ span: JournalSpan?) throws(LogReadFailure) {
        self.path = path
        self.span = span
        kept = nil
        patches = span?.pieces ?? []
        isOrdered = Self.areOrdered(patches)
        do throws(LogReadFailure) {
            lengthOnDisk = try ReadableFile(path).length()
        } catch {
            guard error.code == .missing else { throw error }
            lengthOnDisk = nil
        }
    }

    /// The file with the disk taking precedence over the journal, so that changes made on disk are
    /// visible.
    package func preferringDisk() -> OverlaidFile {
        let end = lengthOnDisk ?? 0
        return OverlaidFile(
            path: path, lengthOnDisk: lengthOnDisk, span: span,
            patches: patches.compactMap { patch in
                guard patch.end > end else { return nil }
                let skipped = max(0, end - patch.offset)
                return Patch(offset: patch.offset + skipped, bytes: patch.bytes.dropFirst(skipped))
            }, kept: kept)
    }

    /// The same, opened once for however many reads, and closed with its last copy.
    package func keptOpen() throws(LogReadFailure) -> OverlaidFile {
        guard lengthOnDisk != nil else { return self }
        return OverlaidFile(
            path: path, lengthOnDisk: lengthOnDisk, span: span, patches: patches,
            kept: try opened())
    }

    /// The file on disk; there is one.
    func opened() throws(LogReadFailure) -> KeptFile {
        if let kept { return kept }
        return try KeptFile(path)
    }

    private init(
        path: FilePath, lengthOnDisk: Int?, span: JournalSpan?, patches: [Patch], kept: KeptFile?
    ) {
        self.path = path
        self.lengthOnDisk = lengthOnDisk
        self.span = span
        self.patches = patches
        isOrdered = Self.areOrdered(patches)
        self.kept = kept
    }

    private static func areOrdered(_ patches: [Patch]) -> Bool {
        zip(patches, patches.dropFirst()).allSatisfy { $0.end <= $1.offset }
    }

    /// The first patch that has a byte of the file, or of what follows it. There is one for every small group that was not
    /// published yet, which can be thousands.
    private func patch(at offset: Int) -> Patch? {
        guard isOrdered else {
            return patches.first { $0.offset <= offset && offset < $0.end }
                ?? patches.first { $0.offset > offset }
        }
        var (low, high) = (0, patches.count)
        while low < high {
            let middle = (low + high) / 2
            if patches[middle].end <= offset { low = middle + 1 } else { high = middle }
        }
        return low < patches.count ? patches[low] : nil
    }

    /// How the file on disk compares with the journal; whole if the journal has nothing of it.
    package func standing() throws(LogReadFailure) -> JournalSpan.Standing {
        guard let span else { return .whole }
        guard let lengthOnDisk else {
            return try span.standing(ofFile: 0) { _ throws(LogReadFailure) in [] }
        }
        let disk = try opened()
        return try span.standing(ofFile: lengthOnDisk) { range throws(LogReadFailure) in
            try disk.file.bytes(range)
        }
    }

    /// Whether there is neither a file nor anything to be written to it.
    package var isMissing: Bool { lengthOnDisk == nil && patches.isEmpty }

    /// Where the patches begin: everything before must be on disk.
    package var settledLength: Int { span?.start ?? lengthOnDisk ?? 0 }

    /// How long the file will be, not counting bytes after the last frame.
    package var length: Int { span?.end ?? lengthOnDisk ?? 0 }

    /// How many bytes on disk follow everything that was committed.
    package var trailingBytes: Int { max(0, (lengthOnDisk ?? 0) - length) }

    /// Reads up to `range.count` bytes at an offset; fewer only at the end.
    func read(
        _ disk: KeptFile?, at offset: Int, into buffer: inout [UInt8],
        _ range: Range<Int>
    ) throws(LogReadFailure) -> Int {
        var at = offset
        var target = range
        while !target.isEmpty, at < length {
            let patch = patch(at: at)
            if let patch, patch.offset <= at {
                let start = patch.bytes.startIndex + (at - patch.offset)
                let count = min(target.count, patch.end - at)
                buffer.replaceSubrange(
                    target.prefix(count), with: patch.bytes[start..<start + count])
                at += count
                target = target.dropFirst(count)
            } else {
                let limit = patch?.offset ?? length
                let wanted = target.prefix(limit - at)
                guard let count = try disk?.file.read(at: at, into: &buffer, wanted), count > 0
                else { break }
                at += count
                target = target.dropFirst(count)
            }
        }
        return at - offset
    }

    /// The bytes of a range; nil if some are missing.
    package func bytes(_ range: Range<Int>) throws(LogReadFailure) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: range.count)
        // What no file has is noticed when counting, not when opening.
        let needsDisk = range.lowerBound < settledLength && lengthOnDisk != nil
        let count = try read(
            needsDisk ? try opened() : nil, at: range.lowerBound, into: &bytes, 0..<range.count)
        return count == range.count ? bytes : nil
    }

    /// All bytes, up to the first that neither disk nor journal has. Nil if there is no file at all.
    package func contents() throws(LogReadFailure) -> [UInt8]? {
        guard lengthOnDisk != nil || !patches.isEmpty else { return nil }
        return try bytes(0..<readableLength)
    }

    /// How many bytes there are before the first that neither disk nor journal has.
    var readableLength: Int {
        let onDisk = lengthOnDisk ?? 0
        return onDisk < settledLength ? onDisk : length
    }

    /// A range that may extend beyond what was committed: there, the bytes on disk.
    func bytesOnDiskOrJournalled(_ range: Range<Int>) throws(LogReadFailure) -> [UInt8]? {
        let committed = range.clamped(to: 0..<max(length, range.lowerBound))
        guard var found = try bytes(committed) else { return nil }
        guard range.upperBound > committed.upperBound else { return found }
        found += try opened().file.bytes(committed.upperBound..<range.upperBound)
        return found
    }

    /// The first byte on disk that contradicts the journal.
    package func firstConflict() throws(LogReadFailure) -> Int? {
        if case .contradicted(let place) = try standing() { place } else { nil }
    }
}
