// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Room on the file system that a path is on.
struct DiskSpace: Sendable {
    /// Bytes that a user other than the superuser may write.
    let free: UInt64
    let total: UInt64
    /// Tells file systems apart.
    let fileSystem: UInt64

    /// Nil where the path cannot be asked about.
    init?(of path: String) {
        var status = statvfs()
        // Safe: the structure lives through the call, which fills it in and keeps nothing of the path.
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        total = UInt64(status.f_blocks) * UInt64(status.f_frsize)
        fileSystem = UInt64(status.f_fsid)
    }

    /// Such as `12.3 GiB free of 40.0 GiB`.
    var text: String { "\(Self.text(free)) free of \(Self.text(total))" }

    static func text(_ bytes: UInt64) -> String {
        var (value, unit) = (Double(bytes), "B")
        for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 {
            (value, unit) = (value / 1024, next)
        }
        guard unit != "B" else { return "\(bytes) B" }
        let tenths = Int(value * 10)
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
