// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls
internal import Glibc
internal import SystemPackage

/// The file that is being written: whole lines only, appended.
struct OutputFile {
    let path: FilePath
    private let descriptor: FileDescriptor
    private let identity: Identity
    private(set) var size: Int64
    let head: OutputFileHead

    /// Which file a name leads to.
    private struct Identity: Equatable {
        var device: UInt64
        var number: UInt64

        init(_ facts: stat) {
            device = UInt64(facts.st_dev)
            number = UInt64(facts.st_ino)
        }
    }

    /// Opens the file for appending; a line that a crash cut short is cut off.
    ///
    /// - Parameter head: of a file that is empty or not there.
    init(_ path: FilePath, _ head: OutputFileHead) throws(Errno) {
        self.path = path
        do {
            let file = try FileDescriptor.open(
                path, .readWrite, options: [.create, .append, .closeOnExec, .noFollow],
                permissions: .ownerReadWrite)
            do {
                let facts = try Self.facts(file)
                guard facts.st_mode & S_IFMT == S_IFREG else { throw Errno.invalidArgument }
                identity = Identity(facts)
                size = try Self.wholeLines(file, Int64(facts.st_size))
                if size < facts.st_size, ftruncate(file.rawValue, off_t(size)) != 0 {
                    throw Errno(rawValue: errno)
                }
                if size == 0 {
                    let folder = path.removingLastComponent()
                    // Safe: the text lives through the call, which keeps nothing.
                    unsafe (folder.isEmpty ? FilePath(".") : folder).withPlatformString {
                        unsafe csc_share_as_folder($0, file.rawValue)
                    }
                    try file.writeAll(head.line)
                    size = Int64(head.line.count)
                    self.head = head
                } else {
                    self.head = OutputFileHead(try Self.bytes(file, from: 0, count: 4096))
                }
            } catch {
                try file.close()
                throw error
            }
            descriptor = file
        } catch {
            throw error as? Errno ?? .ioError
        }
    }

    private static func facts(_ file: FileDescriptor) throws(Errno) -> stat {
        var facts = stat()
        // Safe: the kernel fills in the structure.
        guard unsafe fstat(file.rawValue, &facts) == 0 else { throw Errno(rawValue: errno) }
        return facts
    }

    /// Whether the name still leads to this file: somebody else may have renamed it.
    var isInPlace: Bool {
        var facts = stat()
        // Safe: the kernel fills in the structure, and reads the path while the call runs.
        let found = unsafe path.withPlatformString { unsafe lstat($0, &facts) }
        return found == 0 && Identity(facts) == identity
    }

    /// Whether anything stands behind the first line.
    var hasRecords: Bool { size > Int64(head.line.count) }

    /// Appends whole lines, all of them or none.
    mutating func append(_ lines: [UInt8]) throws(Errno) {
        do {
            try descriptor.writeAll(lines)
            size += Int64(lines.count)
        } catch {
            // What found room is half a line at worst; where it cannot be cut off, opening the file does it.
            _ = ftruncate(descriptor.rawValue, off_t(size))
            throw error as? Errno ?? .ioError
        }
    }

    /// Waits until it is on the disk.
    func sync() throws(Errno) {
        guard fdatasync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    func close() {
        // Everything that counts was synced, or is not to be.
        _ = Result { try descriptor.close() }
    }

    /// How many bytes are whole lines. A line is much shorter than what is looked at.
    private static func wholeLines(_ file: FileDescriptor, _ size: Int64) throws -> Int64 {
        let looked = min(size, 1 << 21)
        let tail = try bytes(file, from: size - looked, count: Int(looked))
        guard let last = tail.lastIndex(of: 0x0A) else { return size - looked }
        return size - looked + Int64(last) + 1
    }

    private static func bytes(
        _ file: FileDescriptor, from offset: Int64, count: Int
    ) throws -> [UInt8] {
        var found: [UInt8] = []
        while found.count < count {
            let more = try unsafe [UInt8](unsafeUninitializedCapacity: count - found.count) {
                buffer, length in
                // Safe: the kernel writes into the buffer, at most as much as it holds.
                length = unsafe try file.read(
                    fromAbsoluteOffset: offset + Int64(found.count),
                    into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard !more.isEmpty else { break }
            found += more
        }
        return found
    }
}
