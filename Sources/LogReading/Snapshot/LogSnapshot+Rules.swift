// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LogFormat
package import SystemPackage

extension LogSnapshot {
    /// The text that the log keeps of a version of its rules; nil where there is none, as in a log of an earlier version
    /// of this program.
    ///
    /// Nobody has signed the file. It proves itself: whoever uses it compares its digest with the version.
    package func rules(_ version: String) throws(LogReadFailure) -> [UInt8]? {
        guard let name = LogLayout.rules(version) else { return nil }
        return try ReadableFile.contents(ifAny: path(name))
    }

    /// The files of all these texts, as they are named in the directory.
    package var rulesFiles: [String] {
        get throws(LogReadFailure) {
            try FolderNames.of(path(LogLayout.rulesFolder), most: 100_000)
                .filter { LogLayout.rules("sha256:" + $0) != nil }
                .map { LogLayout.rulesFolder + "/" + $0 }
        }
    }
}

/// What lies in a folder.
package enum FolderNames {
    /// The names in a folder, sorted; none where there is no folder.
    ///
    /// - Parameter most: no more than these and one are read.
    package static func of(_ folder: FilePath, most: Int) throws(LogReadFailure) -> [String] {
        // Safe: the call reads the path while it runs.
        guard let stream = unsafe folder.withPlatformString({ unsafe opendir($0) }) else {
            let cause = Errno(rawValue: errno)
            guard cause != .noSuchFileOrDirectory else { return [] }
            throw LogReadFailure(.unreadable, folder, cause: cause)
        }
        // Safe: it is open until here, and nothing was written to it.
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        // Safe: the entry stays valid until the next call, and its name ends with a zero byte.
        while let entry = unsafe readdir(stream), names.count <= most {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
