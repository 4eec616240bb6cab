// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LogFormat
internal import SystemPackage

/// One process's exclusive lock on a folder; the kernel releases it when the process ends.
///
/// The folder itself is locked, so that no change to its files can let a second process in. The file `lock` is locked
/// as well, because some network file systems lock only files.
final class DirectoryLock: Sendable {
    private let folder: FileDescriptor
    private let file: FileDescriptor
    /// What must stay under its name: the directory or, if that cannot be locked, the file.
    private let held: (path: FilePath, identity: FileIdentity?)

    /// - Parameter purpose: what the folder is for, to explain a refusal.
    init(_ directory: FilePath, for purpose: ClaimPurpose) throws(DirectoryFault) {
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
            // What is fully made is closed by `deinit`, and must not be closed twice: by then, the number may be another
            // file's.
            let holder = LockHolder(of: [folder, file])
            throw DirectoryFault(.locked, purpose.refusal(of: directory, to: holder))
        }
    }

    /// Whether the locked folder is still the one that others find under its name.
    var isOfPath: Bool { held.identity != nil && FileIdentity(held.path) == held.identity }

    private static func opened(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions
    ) throws(DirectoryFault) -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                path, mode, options: options,
                permissions: options.contains(.create) ? .ownerReadWrite : nil)
        } catch let error as Errno where error == .notDirectory {
            throw DirectoryFault(
                .locked,
                "\(path) is no folder. Move it away, or name another folder in the configuration.")
        } catch {
            throw DirectoryFault(
                .locked,
                "\(path) cannot be opened to lock it (\(error)). Check the owner and mode of the folder."
            )
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
