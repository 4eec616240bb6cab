// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Messages
import SystemPackage

/// Folders that commands make.
enum LocalFolder {
    /// Makes a folder and those above it; one that is there is left alone.
    static func make(_ path: String, mode: UInt32 = 0o755) throws(CommandFailure) {
        let folder = FilePath(path)
        var above = FilePath(root: folder.root, [])
        for component in folder.components {
            above.append(component)
            // Safe: the call reads the path while it runs, and keeps nothing.
            guard unsafe mkdir(above.string, mode) != 0, errno != EEXIST else { continue }
            throw CommandFailure(
                .failure,
                "the folder \(above.string) cannot be made: \(describing: Errno(rawValue: errno)).")
        }
    }
}
