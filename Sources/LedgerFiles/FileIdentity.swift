// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// Identifies a file or folder, whatever its name.
struct FileIdentity: Hashable {
    let device: UInt64
    let number: UInt64

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
