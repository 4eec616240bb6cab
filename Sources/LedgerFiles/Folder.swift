// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls
internal import Glibc
internal import SystemPackage

/// Folders of a log: created for their owner only, and synced.
enum Folder {
    /// Makes a folder and those above it.
    static func make(_ path: FilePath) throws(DirectoryFault) {
        var above: [FilePath] = []
        var next = path
        while !next.isEmpty, !exists(next) {
            above.append(next)
            next = next.removingLastComponent()
        }
        for folder in above.reversed() {
            do { try makeOne(folder) } catch {
                throw DirectoryFault(
                    .notMade,
                    "The folder \(folder) cannot be made (\(error)). Make it, owned by the "
                        + "user that runs countersign, or choose another.")
            }
        }
    }

    /// Makes one folder; an existing one is fine.
    static func makeOne(_ path: FilePath) throws(Errno) {
        // Safe: the path is a zero-terminated string that lives through the call.
        let result = unsafe path.withPlatformString { unsafe mkdir($0, 0o700) }
        guard result == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
    }

    /// The same for a folder inside a log, readable by whoever may read its parent.
    static func makeShared(_ path: FilePath) throws {
        guard !exists(path) else { return }
        try makeOne(path)
        let made = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        defer { _ = Result { try made.close() } }
        share(made, asIn: path.removingLastComponent())
    }

    /// Makes a new file or folder readable by whoever may read the folder that contains it.
    static func share(_ descriptor: FileDescriptor, asIn folder: FilePath) {
        // Safe: a zero-terminated string that lives through the call.
        unsafe (folder.isEmpty ? "." : folder).withPlatformString {
            unsafe csc_share_as_folder($0, descriptor.rawValue)
        }
    }

    /// Syncs the folder's list of names.
    static func sync(_ path: FilePath) throws {
        let folder = try FileDescriptor.open(
            path.isEmpty ? "." : path, .readOnly, options: [.directory, .closeOnExec])
        try folder.closeAfter {
            guard fsync(folder.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
    }

    private static func exists(_ path: FilePath) -> Bool {
        // Safe: the path is a zero-terminated string that lives through the call.
        unsafe path.withPlatformString { unsafe access($0, F_OK) } == 0
    }
}

/// Why a log directory cannot be used; the description ends in what to do.
package struct DirectoryFault: Error, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        case notMade
        case locked
        case keyUnreadable
        /// Who runs this may not read the key.
        case keyForbidden
        case keyTooOpen
        case keyMalformed
        case keyExists
        case rulesNotKept
    }

    package let code: Code
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
