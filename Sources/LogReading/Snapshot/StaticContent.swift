// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// A file of the static layout, ready to be read in parts: a bundle of entries can be megabytes long, and a slow
/// client should not keep all of it in memory.
package struct StaticContent: Sendable {
    private enum Source {
        case bytes([UInt8])
        /// A part of a file of entries, from an offset on.
        case entries(OverlaidFile, Int)
        case file(HeldFile)
    }

    /// A file that is open for as long as somebody holds its content, so that its end is no end for them.
    private final class HeldFile: Sendable {
        let file: ReadableFile

        init(_ path: FilePath) throws(LogReadFailure) { file = try ReadableFile(path) }
    }

    private let source: Source
    package let length: Int

    init(_ bytes: [UInt8]) {
        source = .bytes(bytes)
        length = bytes.count
    }

    init(_ file: OverlaidFile, _ range: Range<Int>) {
        source = .entries(file, range.lowerBound)
        length = range.count
    }

    /// A file that nobody writes any more.
    package init(of path: FilePath) throws(LogReadFailure) {
        let held = try HeldFile(path)
        source = .file(held)
        length = try held.file.length()
    }

    /// The bytes of a range, counted from the beginning of this content.
    package func bytes(_ range: Range<Int>) throws(LogReadFailure) -> [UInt8] {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= length,
            "ReadsStayInside: the content has these bytes")
        switch source {
        case .bytes(let bytes): return Array(bytes[range])
        case .entries(let file, let start):
            let there = start + range.lowerBound..<start + range.upperBound
            guard let bytes = try file.bytes(there) else {
                throw LogReadFailure(.tooShort, file.path)
            }
            return bytes
        case .file(let held): return try held.file.bytes(range)
        }
    }
}
