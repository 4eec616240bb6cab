// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LogFormat
package import SystemPackage

/// The texts of rules that decided, kept in the log's directory under their digest.
package enum KeptRules {
    /// Keeps a text under its digest, durably; one that is there already is left alone.
    ///
    /// `RulesBeforeRecords`: whoever puts rules in force calls this before the first record that names them.
    ///
    /// - Parameters:
    ///   - text: canonical JSON, of which `version` is the digest.
    ///   - directory: the log's own, which is there.
    package static func keep(
        _ text: [UInt8], version: String, in directory: FilePath
    ) throws(DirectoryFault) {
        guard let name = LogLayout.rules(version) else {
            preconditionFailure("RulesHaveDigests: a version is `sha256:` and a digest")
        }
        let path = directory.appending(name)
        do {
            if try contents(of: path, most: text.count) == text { return }
            let folder = path.removingLastComponent()
            try Folder.makeShared(folder)
            let fresh = FilePath(path.string + ".new")
            let file = try FileDescriptor.open(
                fresh, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
                permissions: .ownerReadWrite)
            try file.closeAfter {
                Folder.share(file, asIn: folder)
                try file.writeAll(text)
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            // Safe: the call reads both paths while it runs, and keeps nothing.
            guard unsafe rename(fresh.string, path.string) == 0 else {
                throw Errno(rawValue: errno)
            }
            try Folder.sync(folder)
            try Folder.sync(directory)
        } catch {
            throw DirectoryFault(
                .rulesNotKept,
                "The text of the rules cannot be kept as \(path) (\(error)). Make room there, or "
                    + "give the folder to the user that runs countersign.")
        }
    }

    /// The bytes of a file, one more than was asked for where it is longer; nil where there is none.
    private static func contents(of path: FilePath, most: Int) throws -> [UInt8]? {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
        } catch Errno.noSuchFileOrDirectory {
            return nil
        }
        return try file.closeAfter {
            var bytes = [UInt8](repeating: 0, count: most + 1)
            var count = 0
            while count < bytes.count {
                let read = try unsafe bytes.withUnsafeMutableBytes { buffer in
                    // Safe: what is left of the buffer, which lives through the call.
                    try unsafe file.read(
                        into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
                }
                guard read > 0 else { break }
                count += read
            }
            return Array(bytes[..<count])
        }
    }
}
