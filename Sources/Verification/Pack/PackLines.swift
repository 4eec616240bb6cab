// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading
internal import SystemPackage

/// The lines of a file, one after another, in constant memory.
struct PackLines: ~Copyable {
    /// Why there is no next line though the file has not ended.
    enum Stop: Error {
        case failed(LogReadFailure)
        /// A line is longer than any that a pack has.
        case tooLong
        /// The last line has no end, or does not say that it is the last.
        case cutOff
        /// A line has nothing in it.
        case empty
        /// The last line counts other lines than there are.
        case miscounted
        /// Something stands behind the last line.
        case followed
    }

    private static let chunk = 1 << 18

    private let file: ReadableFile
    private let end: Int
    /// The next byte of the file that is not in the buffer.
    private var offset: Int
    private var buffer: [UInt8] = []
    private var at = 0
    /// Lines read so far.
    private(set) var count: UInt64 = 0
    private var isEnded = false

    init(_ entry: PackSource.Entry) throws(LogReadFailure) {
        file = try ReadableFile(entry.path)
        offset = entry.range.lowerBound
        end = entry.range.upperBound
    }

    /// The next line; nil behind the last one, which says that it is, and counts the lines before it.
    mutating func next() throws(Stop) -> ArraySlice<UInt8>? {
        guard !isEnded else { return nil }
        guard let line = try rawLine() else { throw .cutOff }
        guard line.starts(with: PackFormat.endMark) else {
            guard !line.isEmpty else { throw .empty }
            return line
        }
        isEnded = true
        guard line.elementsEqual(PackFormat.end(lines: count - 1).utf8) else { throw .miscounted }
        guard at == buffer.count, offset == end else { throw .followed }
        return nil
    }

    /// The next line without its end, whatever it says; nil where the file ends.
    private mutating func rawLine() throws(Stop) -> ArraySlice<UInt8>? {
        var searched = at
        while true {
            if let line = buffer[searched...].firstIndex(of: 0x0A) {
                defer { at = line + 1 }
                count += 1
                return buffer[at..<line]
            }
            guard buffer.count - at <= PackFormat.mostLineBytes else { throw .tooLong }
            guard offset < end else {
                guard at == buffer.count else { throw .cutOff }
                return nil
            }
            buffer.removeFirst(at)
            at = 0
            searched = buffer.count
            let wanted = min(Self.chunk, end - offset)
            do throws(LogReadFailure) {
                buffer += try file.bytes(offset..<offset + wanted)
            } catch {
                throw .failed(error)
            }
            offset += wanted
        }
    }
}
