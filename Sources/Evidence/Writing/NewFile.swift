// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto
internal import Glibc
package import SystemPackage

/// A file being written: in large pieces, and with its digest at the end. It must not exist.
package final class NewFile {
    private static let piece = 1 << 18

    package let path: FilePath
    private let descriptor: FileDescriptor
    private var buffer: [UInt8] = []
    private var hash = SHA256()
    private(set) package var count: Int64 = 0
    private var isOpen = true

    /// - Parameter isPrivate: whether only its owner may read it.
    package init(_ path: FilePath, isPrivate: Bool) throws(EvidenceFailure) {
        self.path = path
        buffer.reserveCapacity(Self.piece)
        do {
            descriptor = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: isPrivate
                    ? .ownerReadWrite : [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw .writing(path, error as? Errno)
        }
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
