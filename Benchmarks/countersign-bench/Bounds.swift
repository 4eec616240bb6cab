// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Merkle
import SystemPackage

/// How many records a second one core could hash if it did nothing else: each leaf, without the
/// tree.
enum HashBound {
    static func measure(leafBytes: Int, seconds: Double) -> Double {
        let leaf = [UInt8](repeating: 0x61, count: leafBytes)
        var count = 0
        var last: UInt8 = 0
        let start = Stopwatch.now
        let end = start + UInt64(seconds * 1e9)
        while Stopwatch.now < end {
            for _ in 0..<200 { last ^= LeafHash(of: leaf).hash.bytes[0] }
            count += 200
        }
        precondition(last < 255 || count > 0, "the hashes are used")
        return Double(count) / (Double(Stopwatch.now - start) / 1e9)
    }
}

/// What one durable append costs without any log: write at the end of a file, fdatasync.
enum BareAppend {
    static func middle(in folder: FilePath, bytes: Int, count: Int) throws -> Double {
        try Folders.make(folder)
        let path = folder.appending("bare")
        let file = try FileDescriptor.open(
            path, .readWrite, options: [.create], permissions: .ownerReadWrite)
        var waits: [UInt64] = []
        let content = [UInt8](repeating: 0x61, count: bytes)
        try file.closeAfter {
            for place in 0..<count {
                let start = Stopwatch.now
                _ = try file.writeAll(toAbsoluteOffset: Int64(place * bytes), content)
                guard fdatasync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
                waits.append(Stopwatch.now - start)
            }
        }
        try FileManager.default.removeItem(atPath: path.string)
        return waits.sorted().microseconds(at: 0.5)
    }
}

enum Folders {
    static func make(_ path: FilePath) throws {
        try FileManager.default.createDirectory(
            atPath: path.string, withIntermediateDirectories: true)
    }

    static func remove(_ path: FilePath) throws {
        try FileManager.default.removeItem(atPath: path.string)
    }

    /// Bytes of all files beneath a folder.
    static func size(of path: FilePath) -> Int {
        let files = FileManager.default.enumerator(atPath: path.string)
        var sum = 0
        while files?.nextObject() != nil {
            let size = files?.fileAttributes?[.size] as? NSNumber
            if files?.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
                sum += size?.intValue ?? 0
            }
        }
        return sum
    }
}
