// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// A file opened for reading at any offset, and closed when no longer used.
package struct ReadableFile: ~Copyable, Sendable {
    package let path: FilePath
    private let descriptor: FileDescriptor

    package init(_ path: FilePath) throws(LogReadFailure) {
        self.path = path
        descriptor = try Self.opened(path)
    }

    private static func opened(_ path: FilePath) throws(LogReadFailure) -> FileDescriptor {
        let opened: FileDescriptor
        do {
            // A pipe would keep the opener waiting for somebody to write.
            opened = try FileDescriptor.open(
                path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch let errno as Errno where errno == .noSuchFileOrDirectory {
            throw LogReadFailure(.missing, path, cause: errno)
        } catch {
            throw LogReadFailure(.unreadable, path, cause: error as? Errno)
        }
        guard PathKind(opened) == .file else {
            // Nothing was read, so nothing is lost by a failing close.
            _ = Result { try opened.close() }
            throw LogReadFailure(.notAFile, path)
        }
        return opened
    }

    deinit {
        do {
            try descriptor.close()
        } catch {
            // Nothing was written, so nothing is lost by a failing close.
        }
    }

    /// How many bytes the file has now.
    package func length() throws(LogReadFailure) -> Int {
        do {
            return Int(try descriptor.seek(offset: 0, from: .end))
        } catch {
            throw LogReadFailure(.unreadable, path, cause: error as? Errno)
        }
    }

    /// Reads `range.count` bytes at an offset into a part of a buffer.
    ///
    /// - Returns: how many bytes were read; fewer only at the end of the file.
    package func read(
        at offset: Int, into buffer: inout [UInt8], _ range: Range<Int>
    ) throws(LogReadFailure) -> Int {
        precondition(
            buffer.indices.contains(range), "ReadsStayInside: the buffer has room for the bytes")
        var read = 0
        while read < range.count {
            let count: Int
            do {
                count = try unsafe buffer.withUnsafeMutableBytes { memory in
                    // Safe: the range lies inside the buffer, checked above.
                    try unsafe descriptor.read(
                        fromAbsoluteOffset: Int64(offset + read),
                        into: UnsafeMutableRawBufferPointer(
                            rebasing: memory[range.lowerBound + read..<range.upperBound]))
                }
            } catch {
                throw LogReadFailure(.unreadable, path, cause: error as? Errno)
            }
            guard count > 0 else { break }
            read += count
        }
        return read
    }

    /// The bytes of a range; the file has them.
    package func bytes(_ range: Range<Int>) throws(LogReadFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        guard try read(at: range.lowerBound, into: &bytes, 0..<range.count) == range.count else {
            throw LogReadFailure(.tooShort, path)
        }
        return bytes
    }

    /// All bytes of a file.
    package static func contents(of path: FilePath) throws(LogReadFailure) -> [UInt8] {
        let file = try ReadableFile(path)
        return try file.bytes(0..<(try file.length()))
    }

    /// All bytes of a file, or nil if there is none.
    package static func contents(ifAny path: FilePath) throws(LogReadFailure) -> [UInt8]? {
        do throws(LogReadFailure) {
            return try contents(of: path)
        } catch {
            if error.code == .missing { return nil }
            throw error
        }
    }
}

/// A file that several hold open, and the last of them closes.
final class KeptFile: Sendable {
    let file: ReadableFile

    init(_ path: FilePath) throws(LogReadFailure) { file = try ReadableFile(path) }
}

extension Range<Int> {
    fileprivate func contains(_ other: Range<Int>) -> Bool {
        lowerBound <= other.lowerBound && other.upperBound <= upperBound
    }
}
