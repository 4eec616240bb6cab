// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A file of the static layout, ready to be read in parts: a bundle of entries can be megabytes long, and a slow
/// client should not keep all of it in memory.
package struct StaticContent: Sendable {
    private enum Source {
        case bytes([UInt8])
        /// A part of a file of entries, from an offset on.
        case entries(OverlaidFile, Int)
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
        }
    }
}
