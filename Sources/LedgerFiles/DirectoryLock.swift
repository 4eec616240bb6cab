// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Glibc
internal import SystemPackage

/// The exclusive claim of one process on a log directory; the kernel lets go when the process ends.
final class DirectoryLock: Sendable {
    private let descriptor: FileDescriptor

    init(_ directory: FilePath) throws(DirectoryFault) {
        let path = directory.appending(LogLayout.lock)
        let opened: FileDescriptor
        do {
            opened = try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec],
                permissions: .ownerReadWrite)
        } catch {
            throw DirectoryFault(
                .locked,
                "The lock \(path) cannot be opened (\(error)). Check the owner and mode of the "
                    + "log directory.")
        }
        guard flock(opened.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            _ = Result { try opened.close() }
            throw DirectoryFault(
                .locked,
                "Another process uses the log in \(directory). Stop it first: two writers "
                    + "would sign two histories.")
        }
        descriptor = opened
    }

    deinit {
        // Closing releases the lock; there is nobody to tell if it fails, and the process' end does it.
        _ = Result { try descriptor.close() }
    }
}
