// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Glibc
internal import SystemPackage

/// The exclusive claim of one process on a log directory; the kernel lets go when the process ends.
///
/// The directory itself is locked, so that nothing that is done to its files lets a second writer in. The file `lock`
/// is locked besides: some network file systems lock files only.
final class DirectoryLock: Sendable {
    private let path: FilePath
    private let folder: FileDescriptor
    private let file: FileDescriptor
    /// What has to stay under its name: the directory, or where that cannot be locked, the file.
    private let held: (path: FilePath, identity: FileIdentity?)

    init(_ directory: FilePath) throws(DirectoryFault) {
        path = directory
        let filePath = directory.appending(LogLayout.lock)
        folder = try Self.opened(directory, .readOnly, [.directory, .closeOnExec])
        do throws(DirectoryFault) {
            file = try Self.opened(filePath, .readWrite, [.create, .closeOnExec, .nonBlocking])
        } catch {
            _ = Result { [folder] in try folder.close() }
            throw error
        }
        let folderError = Self.lock(folder)
        let isFolderLocked = folderError == 0
        held =
            isFolderLocked
            ? (directory, FileIdentity(folder)) : (filePath, FileIdentity(file))
        // A file system that locks no folders says so in other words than one where somebody has the lock.
        guard isFolderLocked || folderError != EWOULDBLOCK, Self.lock(file) == 0 else {
            for descriptor in [folder, file] { _ = Result { try descriptor.close() } }
            throw DirectoryFault(
                .locked,
                "Another process uses the log in \(directory). Stop it first: two writers "
                    + "would sign two histories.")
        }
    }

    /// Whether what is locked is still what others find under its name.
    var isOfPath: Bool { held.identity != nil && FileIdentity(held.path) == held.identity }

    private static func opened(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions
    ) throws(DirectoryFault) -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                path, mode, options: options,
                permissions: options.contains(.create) ? .ownerReadWrite : nil)
        } catch {
            throw DirectoryFault(
                .locked,
                "\(path) cannot be opened to lock the log (\(error)). Check the owner and mode of the "
                    + "log directory.")
        }
    }

    /// - Returns: 0, or the error number.
    private static func lock(_ descriptor: FileDescriptor) -> Int32 {
        flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
    }

    deinit {
        // Closing releases the locks; there is nobody to tell if it fails, and the process' end does it.
        for descriptor in [file, folder] { _ = Result { try descriptor.close() } }
    }
}

/// Which file or folder it is, whatever its name.
struct FileIdentity: Hashable {
    private let device: UInt64
    private let number: UInt64

    /// Nil where there is none.
    init?(_ path: FilePath) {
        var status = stat()
        // Safe: both pointers live through the call, and the path is zero-terminated.
        guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }

    init?(_ descriptor: FileDescriptor) {
        var status = stat()
        // Safe: the structure lives through the call.
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }
}
