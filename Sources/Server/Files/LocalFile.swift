// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Messages
package import SystemPackage

/// Small files that commands and the server read and write.
package enum LocalFile {
    /// The content of a file, or nil where there is none.
    ///
    /// - Parameter most: larger files are refused.
    package static func read(_ path: String, most: Int) throws(CommandFailure) -> [UInt8]? {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
            return try file.closeAfter { try readAll(file, most: most) }
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch is TooLarge {
            throw CommandFailure(
                .usage, "\(path) is larger than \(most) bytes; is it the right file?")
        } catch {
            throw refused(path, "read", error)
        }
    }

    /// What the system refused to do with a file, with the exit code of that.
    private static func refused(
        _ path: String, _ verb: SafeText, _ error: any Error
    ) -> CommandFailure {
        switch error {
        case Errno.permissionDenied, Errno.notPermitted:
            CommandFailure(
                .notPermitted,
                "\(path) cannot be " + verb
                    + ": \(describing: error). Run as the user that it belongs to.")
        default: CommandFailure(.failure, "\(path) cannot be " + verb + ": \(describing: error).")
        }
    }

    /// The content of a file that has to be there.
    package static func required(_ path: String, most: Int) throws(CommandFailure) -> [UInt8] {
        guard let bytes = try read(path, most: most) else {
            throw CommandFailure(.notFound, "\(path) does not exist; check the path.")
        }
        return bytes
    }

    /// Makes a file that must not exist yet, durably.
    ///
    /// - Parameter isSecret: readable by its owner only.
    package static func create(
        _ path: String, _ bytes: [UInt8], isSecret: Bool
    ) throws(CommandFailure) {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: isSecret ? .ownerReadWrite : [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter {
                try file.writeAll(bytes)
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch Errno.fileExists {
            throw CommandFailure(
                .failure, "\(path) exists already; move it away, or choose another folder.")
        } catch {
            throw refused(path, "written", error)
        }
    }

    /// Adds to the end of a file, durably.
    package static func append(_ path: String, _ bytes: [UInt8]) throws(CommandFailure) {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.append, .closeOnExec])
            try file.closeAfter {
                try file.writeAll(bytes)
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            throw refused(path, "written", error)
        }
    }

    /// Replaces the content of a file durably and atomically: a reader sees the old or the new. Owner and permissions
    /// stay, but for those of everybody to something secret.
    package static func replace(
        _ path: String, _ bytes: [UInt8], isSecret: Bool
    ) throws(CommandFailure) {
        let fresh = path + ".new"
        var old = stat()
        // Safe, here and below: the call reads the path while it runs, and keeps nothing.
        let exists = unsafe stat(path, &old) == 0
        _ = unsafe unlink(fresh)
        try create(fresh, bytes, isSecret: isSecret)
        if exists {
            // A process that may not give a file away runs as its owner, or the file becomes its own.
            let kept: mode_t = isSecret ? 0o7770 : 0o7777
            let isGiven = unsafe chown(fresh, old.st_uid, old.st_gid) == 0
            guard isGiven || errno == EPERM, unsafe chmod(fresh, old.st_mode & kept) == 0 else {
                let fault = Errno(rawValue: errno)
                _ = unsafe unlink(fresh)
                throw refused(path, "replaced", fault)
            }
        }
        guard unsafe rename(fresh, path) == 0 else {
            throw refused(path, "replaced", Errno(rawValue: errno))
        }
        try syncFolder(of: path)
    }

    /// Puts the names in a file's folder on stable storage.
    private static func syncFolder(of path: String) throws(CommandFailure) {
        let name = folder(of: path)
        do {
            let folder = try FileDescriptor.open(
                FilePath(name.isEmpty ? "." : name), .readOnly, options: [.directory, .closeOnExec])
            try folder.closeAfter {
                guard fsync(folder.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            throw CommandFailure(
                .failure,
                "\(path) may not survive a power cut: its folder cannot be synced (\(describing: error))."
            )
        }
    }

    /// Does something while holding a lock on a file.
    package static func alone<Result>(
        with path: String, _ work: () throws(CommandFailure) -> Result
    ) throws(CommandFailure) -> Result {
        while true {
            let descriptor = try opened(path)
            defer { close(descriptor) }
            while flock(descriptor, LOCK_EX) != 0 {
                guard errno == EINTR else {
                    throw CommandFailure(
                        .failure,
                        "\(path) cannot be locked: \(describing: Errno(rawValue: errno)).")
                }
            }
            // The previous holder of the lock may have replaced the file.
            var (held, found) = (stat(), stat())
            // Safe: the structures live through the calls, which fill them in.
            guard unsafe fstat(descriptor, &held) == 0, unsafe stat(path, &found) == 0,
                held.st_dev == found.st_dev, held.st_ino == found.st_ino
            else { continue }
            return try work()
        }
    }

    /// A file to lock, created if there is none. Never its folder, which a server keeps locked for as long as it runs.
    private static func opened(_ path: String) throws(CommandFailure) -> Int32 {
        // Safe: the call reads the path while it runs, and keeps nothing.
        let descriptor = unsafe open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw refused(path, "opened", Errno(rawValue: errno))
        }
        return descriptor
    }

    /// Removes a file or a socket if it is there.
    package static func removeIfAny(_ path: String) throws(CommandFailure) {
        // Safe: the call reads the path while it runs, and keeps nothing.
        guard unsafe unlink(path) != 0, errno != ENOENT else { return }
        throw refused(path, "removed", Errno(rawValue: errno))
    }

    /// The folder that a path lies in, `""` for the working directory.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A path in a folder, `""` for the working directory.
    package static func path(of name: String, in folder: String) -> String {
        folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// Permission bits of a file, or nil where there is none.
    package static func mode(of path: String) -> UInt32? {
        var status = stat()
        // Safe: the structure lives through the call, which fills it in.
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & 0o7777
    }

    package static func exists(_ path: String) -> Bool {
        // Safe: the call reads the path while it runs, and keeps nothing.
        unsafe access(path, F_OK) == 0
    }

    /// Whether there is something at a path, where that may be known.
    package static func present(_ path: String) throws(CommandFailure) -> Bool {
        if exists(path) { return true }
        let fault = Errno(rawValue: errno)
        switch fault {
        case .permissionDenied, .notPermitted: throw refused(path, "looked at", fault)
        default: return false
        }
    }

    /// The path itself where it exists, otherwise the nearest folder above that does.
    package static func nearestFolder(to path: String) -> String {
        var path = path
        while !path.isEmpty, !exists(path) { path = folder(of: path) }
        return path.isEmpty ? "." : path
    }

    private struct TooLarge: Error {}

    /// Everything up to the end.
    package static func readAll(_ file: FileDescriptor, most: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try unsafe block.withUnsafeMutableBytes { buffer in
                // Safe: the buffer lives through the call, which fills no more than it holds.
                try unsafe file.read(into: buffer)
            }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: block[..<count])
            guard bytes.count <= most else { throw TooLarge() }
        }
    }
}
