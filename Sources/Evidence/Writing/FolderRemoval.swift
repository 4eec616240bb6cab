// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LogReading
internal import SystemPackage

/// Removes what an export made.
enum FolderRemoval {
    /// Removes a folder with everything in it, links not followed; nothing where there is none.
    static func remove(_ folder: FilePath) throws(EvidenceFailure) {
        try remove(folder, but: [])
        // Safe: the call reads the path while it runs, and keeps nothing.
        guard unsafe rmdir(folder.string) != 0, errno != ENOENT else { return }
        throw .writing(folder, Errno(rawValue: errno))
    }

    /// Removes what is in a folder but for these names.
    static func remove(_ folder: FilePath, but kept: Set<String>) throws(EvidenceFailure) {
        let names = try EvidenceFailure.reading { () throws(LogReadFailure) in
            try FolderNames.of(folder, most: 1_000_000)
        }
        for name in names where !kept.contains(name) {
            let path = folder.appending(name)
            // Safe: the call reads the path while it runs, and keeps nothing.
            if unsafe unlink(path.string) == 0 { continue }
            guard errno == EISDIR || errno == EPERM else {
                throw .writing(path, Errno(rawValue: errno))
            }
            try remove(path)
        }
    }
}
