// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto
internal import Glibc
internal import LogReading
package import SystemPackage

/// How far a file was written at some moment.
package struct FileMark: Hashable, Sendable {
    package var bytes: Int64
    /// Of these bytes, in hexadecimal.
    package var digest: String

    package init(bytes: Int64, digest: String) {
        self.bytes = bytes
        self.digest = digest
    }
}

extension FileMark {
    /// That of a whole file.
    init(of path: FilePath) throws(EvidenceFailure) {
        var hash = SHA256()
        var at = 0
        do throws(LogReadFailure) {
            let file = try ReadableFile(path)
            let length = try file.length()
            while at < length {
                let range = at..<min(length, at + 1 << 18)
                hash.update(data: try file.bytes(range))
                at = range.upperBound
            }
        } catch {
            throw .reading(error)
        }
        self.init(bytes: Int64(at), digest: Hex.encode(hash.finalize()))
    }
}

/// A file being written: in large pieces, and with its digest at the end. It must not exist, unless it is gone on with.
package final class NewFile {
    private static let piece = 1 << 18

    package let path: FilePath
    private let descriptor: FileDescriptor
    private var buffer: [UInt8] = []
    private var hash = SHA256()
    private(set) package var count: Int64 = 0
    private var isOpen = true

    /// - Parameters:
    ///   - isPrivate: whether only its owner may read it.
    ///   - replacing: whether one that an interrupted export left is written anew.
    package init(
        _ path: FilePath, isPrivate: Bool, replacing: Bool = false
    ) throws(EvidenceFailure) {
        self.path = path
        buffer.reserveCapacity(Self.piece)
        do {
            descriptor = try FileDescriptor.open(
                path, .writeOnly,
                options: [.create, .closeOnExec, replacing ? .truncate : .exclusiveCreate],
                permissions: isPrivate
                    ? .ownerReadWrite : [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw .writing(path, error as? Errno)
        }
    }

    /// Goes on behind what was written up to a mark; what came after that is cut off.
    package init(_ path: FilePath, resuming mark: FileMark) throws(EvidenceFailure) {
        self.path = path
        buffer.reserveCapacity(Self.piece)
        do {
            descriptor = try FileDescriptor.open(
                path, .readWrite, options: [.closeOnExec, .noFollow])
        } catch {
            throw .writing(path, error as? Errno)
        }
        do {
            guard ftruncate(descriptor.rawValue, Int(mark.bytes)) == 0 else {
                throw Errno(rawValue: errno)
            }
            var piece = [UInt8](repeating: 0, count: Self.piece)
            while count < mark.bytes {
                let read = try unsafe piece.withUnsafeMutableBytes { bytes in
                    // Safe: the buffer lives through the call, which fills no more than it holds.
                    try unsafe descriptor.read(into: bytes)
                }
                guard read > 0 else { break }
                hash.update(data: piece[..<read])
                count += Int64(read)
            }
        } catch {
            throw .writing(path, error as? Errno)
        }
        let digest = hash
        guard count == mark.bytes, Hex.encode(digest.finalize()) == mark.digest else {
            throw .unusable(path)
        }
    }

    /// Makes durable what was written, and tells how much that is.
    package func mark() throws(EvidenceFailure) -> FileMark {
        try flush()
        guard fsync(descriptor.rawValue) == 0 else { throw .writing(path, Errno(rawValue: errno)) }
        let digest = hash
        return FileMark(bytes: count, digest: Hex.encode(digest.finalize()))
    }

    deinit {
        // An export that failed: its files are removed, and what is not written is not missed.
        if isOpen { _ = Result { try descriptor.close() } }
    }

    package func append(_ bytes: some Sequence<UInt8>) throws(EvidenceFailure) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.piece { try flush() }
    }

    package func append(line bytes: some Sequence<UInt8>) throws(EvidenceFailure) {
        buffer.append(contentsOf: bytes)
        buffer.append(0x0A)
        if buffer.count >= Self.piece { try flush() }
    }

    private func flush() throws(EvidenceFailure) {
        hash.update(data: buffer)
        count += Int64(buffer.count)
        do {
            try descriptor.writeAll(buffer)
        } catch {
            throw .writing(path, error as? Errno)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Makes it durable, and ends it.
    ///
    /// - Returns: the digest in hexadecimal.
    package func close() throws(EvidenceFailure) -> String {
        try flush()
        isOpen = false
        do {
            guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
            try descriptor.close()
        } catch {
            throw .writing(path, error as? Errno)
        }
        return Hex.encode(hash.finalize())
    }
}
