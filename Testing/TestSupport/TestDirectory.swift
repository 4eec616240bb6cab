// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Ledger
package import SystemPackage

/// A folder of a test's own, removed with it.
package final class TestDirectory: Sendable {
    private let url: URL

    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            // It lies in the system's temporary folder, and no other test looks there.
        }
    }

    package var path: FilePath { FilePath(url.path) }

    /// Writes a file, and the folders above it where they are not there.
    package func write(_ bytes: [UInt8], to name: String) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    package func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: url.appending(path: name)))
    }

    package func remove(_ name: String) throws {
        try FileManager.default.removeItem(at: url.appending(path: name))
    }

    /// Changes one file.
    package func tamper(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try read(name)
        change(&bytes)
        try write(bytes, to: name)
    }

    /// All files, by name.
    package var files: [String] {
        let root = url.resolvingSymlinksInPath().path + "/"
        let all = FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)
        return (all?.allObjects as? [URL] ?? [])
            .filter { !$0.hasDirectoryPath }
            .map { String($0.resolvingSymlinksInPath().path.dropFirst(root.count)) }
            .sorted()
    }

    /// Another folder with the same files.
    package func copy() throws -> TestDirectory {
        let other = try TestDirectory()
        for name in files { try other.write(try read(name), to: name) }
        return other
    }

    /// The files of a log in memory, as they are on its disk.
    package convenience init(_ storage: MemoryStorage) throws {
        try self.init()
        for (file, bytes) in storage.files {
            guard let path = file.path else { continue }
            try write(bytes, to: path)
        }
    }

    /// Empties the commit journal, so that nothing but the files' own bytes speaks for them.
    package func forgetCommitJournal() throws {
        try write([], to: "commits.0")
        try write([], to: "commits.1")
    }
}
