// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// What a name refers to, links followed.
package enum PathKind: Sendable {
    case file
    case folder
    /// A pipe, a device, a socket.
    case other

    /// Nil if there is nothing.
    package init?(_ path: FilePath) throws(LogReadFailure) {
        var status = stat()
        // Safe: both pointers live through the call, and the path is zero-terminated.
        if unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 {
            self.init(status)
        } else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw LogReadFailure(.unreadable, path, cause: Errno(rawValue: errno))
            }
            return nil
        }
    }

    /// Nil if the system does not say.
    init?(_ descriptor: FileDescriptor) {
        var status = stat()
        // Safe: the structure lives through the call.
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        default: self = .other
        }
    }
}
