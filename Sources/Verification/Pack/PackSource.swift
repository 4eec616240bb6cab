// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import LogReading
package import SystemPackage

/// The files of a pack, in a directory or an archive, with their places; nothing of them is read yet.
///
/// Names come from whoever made the pack. None of them is ever used as a path before it is known to be harmless, and no
/// link is followed.
package struct PackSource: Sendable {
    /// One file: the bytes `range` of the file at `path`.
    package struct Entry: Sendable {
        let path: FilePath
        let range: Range<Int>
    }

    /// By name.
    package private(set) var entries: [String: Entry] = [:]
    /// What was wrong with the container itself.
    private(set) var findings: [PackFinding] = []

    package init(_ path: FilePath) throws(LogReadFailure) {
        guard let kind = try PathKind(path) else { throw LogReadFailure(.missing, path) }
        switch kind {
        case .folder: try readFolder(path)
        case .file: try readArchive(path)
        case .other: throw LogReadFailure(.notAFile, path)
        }
    }

    /// Whether a file is larger than any that is read as a whole.
    func isTooLarge(_ name: String) -> Bool {
        (entries[name]?.range.count ?? 0) > PackFormat.mostWholeBytes
    }

    /// All bytes of a small file; nil if there is none, or it is too large to be what it says.
    func contents(_ name: String) throws(LogReadFailure) -> [UInt8]? {
        guard let entry = entries[name], entry.range.count <= PackFormat.mostWholeBytes else {
            return nil
        }
        let file = try ReadableFile(entry.path)
        return try file.bytes(entry.range)
    }

    private mutating func readArchive(_ path: FilePath) throws(LogReadFailure) {
        var archive = try TarReader(path)
        while let member = try archive.next() {
            guard Self.isHarmless(member.name) else {
                report(member.name, "the archive names a place outside the pack")
                return
            }
            guard entries[member.name] == nil else {
                report(member.name, "the archive has it twice")
                return
            }
            guard entries.count < PackFormat.mostFiles else {
                report(nil, "the archive has more than \(PackFormat.mostFiles) files")
                return
            }
            entries[member.name] = Entry(path: path, range: member.range)
        }
        if let fault = archive.fault { report(nil, fault) }
    }

    private mutating func readFolder(_ path: FilePath) throws(LogReadFailure) {
        for name in try Self.names(in: path) {
            let below = path.appending(name)
            switch try Self.kind(of: below) {
            case S_IFREG: try add(name, at: below)
            case S_IFDIR where name == "proofs":
                for inner in try Self.names(in: below) {
                    let file = below.appending(inner)
                    guard try Self.kind(of: file) == S_IFREG else {
                        report("proofs/\(inner)", "it is a link, folder or device, not a file")
                        continue
                    }
                    try add("proofs/\(inner)", at: file)
                }
            case S_IFDIR:
                findings.append(
                    PackFinding(.notCovered, name, "a folder that no pack has"))
            default: report(name, "it is a link or device, not a file")
            }
        }
    }

    private mutating func add(_ name: String, at path: FilePath) throws(LogReadFailure) {
        guard entries.count < PackFormat.mostFiles else { return }
        let file = try ReadableFile(path)
        entries[name] = Entry(path: path, range: 0..<(try file.length()))
    }

    private mutating func report(_ file: String?, _ detail: String) {
        findings.append(PackFinding(.unreadable, file, detail))
    }

    /// Relative, without `..`, in letters, digits, `.`, `-`, `_` and at most one `/`.
    static func isHarmless(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != "."
                    && part.utf8.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"),
                            UInt8(ascii: "A")...UInt8(ascii: "Z"),
                            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                            UInt8(ascii: "-"), UInt8(ascii: "_"):
                            true
                        default: false
                        }
                    }
            }
    }

    /// What a name is, links not followed.
    private static func kind(of path: FilePath) throws(LogReadFailure) -> mode_t {
        var status = stat()
        // Safe: both pointers live through the call, and the path is zero-terminated.
        guard unsafe path.withPlatformString({ unsafe lstat($0, &status) }) == 0 else {
            throw LogReadFailure(.unreadable, path, cause: Errno(rawValue: errno))
        }
        return status.st_mode & S_IFMT
    }

    private static func names(in folder: FilePath) throws(LogReadFailure) -> [String] {
        try FolderNames.of(folder, most: PackFormat.mostFiles)
    }
}
