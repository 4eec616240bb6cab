// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LogReading
internal import SystemPackage

/// A directory whose files are damaged for one check, and then restored.
final class DamagedDirectory {
    let directory: FilePath
    /// Where replaced files are kept, on the same file system.
    private let aside: FilePath
    /// Changed files, with the place of the original; nil if there was none.
    private var changed: [(name: String, original: FilePath?)] = []

    init(_ directory: FilePath) throws {
        self.directory = directory
        aside = FilePath(directory.string + ".aside")
        try Self.make(aside)
    }

    func path(_ name: String) -> FilePath { directory.pushing(FilePath(name)) }

    func bytes(_ name: String) throws -> [UInt8] { try ReadableFile.contents(of: path(name)) }

    /// Replaces a file's bytes.
    func replace(_ name: String, with bytes: [UInt8]) throws {
        try setAside(name)
        try Self.write(bytes, to: path(name))
    }

    /// Changes a file's bytes.
    func edit(_ name: String, _ change: (inout [UInt8]) throws -> Void) throws {
        var bytes = try bytes(name)
        try change(&bytes)
        try replace(name, with: bytes)
    }

    /// Removes a file.
    func setAside(_ name: String) throws {
        guard !changed.contains(where: { $0.name == name }) else { return }
        guard Self.exists(path(name)) else { return changed.append((name, nil)) }
        let place = aside.appending("\(changed.count)")
        try Self.move(path(name), to: place)
        changed.append((name, place))
    }

    /// Restores the directory.
    func restore() throws {
        for (name, original) in changed {
            if let original {
                try Self.move(original, to: path(name))
            } else if Self.exists(path(name)) {
                try Self.remove(path(name))
            }
        }
        changed = []
    }

    /// Flips one bit, and flips it back afterwards.
    func withBitTurned<Result>(
        _ name: String, offset: Int, bit: Int, _ body: () throws -> Result
    ) throws -> Result {
        try turn(name, offset, bit)
        let result = try body()
        try turn(name, offset, bit)
        return result
    }

    private func turn(_ name: String, _ offset: Int, _ bit: Int) throws {
        let file = try FileDescriptor.open(path(name), .readWrite, options: .closeOnExec)
        try file.closeAfter {
            var byte = try ReadableFile(path(name)).bytes(offset..<offset + 1)
            byte[0] ^= 1 << UInt8(bit)
            _ = try file.writeAll(toAbsoluteOffset: Int64(offset), byte)
        }
    }

    // MARK: Files

    static func make(_ folder: FilePath) throws {
        // Safe: the path is a zero-terminated string that lives through the call.
        let result = unsafe folder.withPlatformString { unsafe mkdir($0, 0o700) }
        guard result == 0 || errno == EEXIST else { throw DrillFault("\(folder): \(errno)") }
    }

    static func write(_ bytes: [UInt8], to path: FilePath) throws {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite)
        _ = try file.closeAfter { try file.writeAll(bytes) }
    }

    private static func exists(_ path: FilePath) -> Bool {
        // Safe: the path is a zero-terminated string that lives through the call.
        unsafe path.withPlatformString { unsafe access($0, F_OK) } == 0
    }

    private static func move(_ path: FilePath, to place: FilePath) throws {
        let result = unsafe path.withPlatformString { from in
            // Safe: both are zero-terminated strings that live through the call.
            unsafe place.withPlatformString { to in unsafe rename(from, to) }
        }
        guard result == 0 else { throw DrillFault("\(path): \(errno)") }
    }

    private static func remove(_ path: FilePath) throws {
        // Safe: the path is a zero-terminated string that lives through the call.
        let result = unsafe path.withPlatformString { unsafe unlink($0) }
        guard result == 0 else { throw DrillFault("\(path): \(errno)") }
    }
}
