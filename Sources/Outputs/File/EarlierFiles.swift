// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// The files that an output wrote before the present one, beside it: `NAME.000000004096`, by the index of the first record.
struct EarlierFiles {
    private let path: FilePath

    init(_ path: FilePath) { self.path = path }

    /// Gives the present file the name of an earlier one; a file that was delivered twice gets a number behind it.
    func take(first: UInt64) throws(Errno) {
        let digits = String(first)
        let name =
            path.string + "." + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
        var target = name
        var number = 1
        var facts = stat()
        // Safe, here and below: the call reads the text while it runs, and fills in the structure.
        while unsafe lstat(target, &facts) == 0 {
            target = "\(name)-\(number)"
            number += 1
        }
        guard unsafe rename(path.string, target) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Removes the oldest ones. One that cannot be removed is tried again with the next.
    func removeAllBut(_ kept: Int) {
        let files = all()
        for file in files.dropLast(kept) { _ = unsafe unlink(file.path) }
    }

    /// The oldest first.
    private func all() -> [(path: String, time: Int)] {
        let folder = path.removingLastComponent()
        let start = (path.lastComponent?.string ?? "") + "."
        return names(in: folder.isEmpty ? "." : folder.string)
            .filter { name in
                guard name.hasPrefix(start) else { return false }
                let rest = name.dropFirst(start.count)
                return rest.utf8.prefix { (0x30...0x39).contains($0) }.count >= 12
            }
            .sorted()
            .compactMap { name in
                var facts = stat()
                let file = folder.appending(name).string
                guard unsafe lstat(file, &facts) == 0 else { return nil }
                return (file, facts.st_mtim.tv_sec)
            }
            .sorted { $0.time < $1.time }
    }

    private func names(in folder: String) -> [String] {
        // Safe: the stream is closed by this function only, and an entry is read before the next call.
        guard let stream = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }
}
