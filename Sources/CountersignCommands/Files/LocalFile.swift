// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage

/// Small files that commands read and write.
enum LocalFile {
    /// The content of a file, or nil where there is none.
    ///
    /// - Parameter most: larger files are refused.
    static func read(_ path: String, most: Int) throws(CommandFailure) -> [UInt8]? {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
            return try file.closeAfter { try readAll(file, most: most) }
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch is TooLarge {
            throw CommandFailure(
                .usage, "\(path) is larger than \(most) bytes; is it the right file?")
        } catch {
            throw CommandFailure(.failure, "\(path) cannot be read: \(describing: error).")
        }
    }

    /// The content of a file that has to be there.
    static func required(_ path: String, most: Int) throws(CommandFailure) -> [UInt8] {
        guard let bytes = try read(path, most: most) else {
            throw CommandFailure(.notFound, "\(path) does not exist; check the path.")
        }
        return bytes
    }

    /// Makes a file that must not exist yet, durably.
    ///
    /// - Parameter isSecret: readable by its owner only.
    static func create(
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
            throw CommandFailure(.failure, "\(path) cannot be written: \(describing: error).")
        }
    }

    /// Adds to the end of a file, durably.
    static func append(_ path: String, _ bytes: [UInt8]) throws(CommandFailure) {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.append, .closeOnExec])
            try file.closeAfter {
                try file.writeAll(bytes)
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            throw CommandFailure(.failure, "\(path) cannot be written: \(describing: error).")
        }
    }

    /// Puts new content in the place of a file's, so that a reader sees either.
    static func replace(
        _ path: String, _ bytes: [UInt8], isSecret: Bool
    ) throws(CommandFailure) {
        let fresh = path + ".new"
        // Safe, here and below: the call reads the path while it runs, and keeps nothing.
        _ = unsafe unlink(fresh)
        try create(fresh, bytes, isSecret: isSecret)
        guard unsafe rename(fresh, path) == 0 else {
            throw CommandFailure(
                .failure, "\(path) cannot be replaced: \(describing: Errno(rawValue: errno)).")
        }
    }

    /// Permission bits of a file, or nil where there is none.
    static func mode(of path: String) -> UInt32? {
        var status = stat()
        // Safe: the structure lives through the call, which fills it in.
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & 0o7777
    }

    static func exists(_ path: String) -> Bool {
        // Safe: the call reads the path while it runs, and keeps nothing.
        unsafe access(path, F_OK) == 0
    }

    /// The path itself where it exists, otherwise the nearest folder above that does.
    static func nearestFolder(to path: String) -> String {
        var path = path
        while !path.isEmpty, !exists(path) { path = DeploymentOptions.folder(of: path) }
        return path.isEmpty ? "." : path
    }

    struct TooLarge: Error {}

    /// Everything up to the end.
    static func readAll(_ file: FileDescriptor, most: Int) throws -> [UInt8] {
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
