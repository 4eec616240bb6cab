// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading
package import SystemPackage

/// Puts the files of a pack into one archive whose bytes depend on theirs alone: ustar, names sorted, no owner, no time.
package enum PackArchive {
    private static let block = 512
    /// What eleven octal digits can say.
    private static let mostBytes = 1 << 33

    /// - Parameter files: names and paths.
    package static func write(
        _ files: [(name: String, path: FilePath)], to path: FilePath, isPrivate: Bool
    ) throws(EvidenceFailure) {
        // An interrupted export may have left part of it.
        let archive = try NewFile(path, isPrivate: isPrivate, replacing: true)
        for file in files.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            try append(file.name, file.path, to: archive)
        }
        try archive.append([UInt8](repeating: 0, count: 2 * block))
        _ = try archive.close()
    }

    private static func append(
        _ name: String, _ path: FilePath, to archive: NewFile
    ) throws(EvidenceFailure) {
        let file = try opened(path)
        let length = try EvidenceFailure.reading { () throws(LogReadFailure) in try file.length() }
        guard length < mostBytes else { throw .tooLargeForArchive }
        try archive.append(header(name, length))
        var at = 0
        while at < length {
            let range = at..<min(length, at + 1 << 18)
            try archive.append(
                try EvidenceFailure.reading { () throws(LogReadFailure) in try file.bytes(range) })
            at = range.upperBound
        }
        try archive.append([UInt8](repeating: 0, count: (block - length % block) % block))
    }

    private static func opened(_ path: FilePath) throws(EvidenceFailure) -> ReadableFile {
        do throws(LogReadFailure) {
            return try ReadableFile(path)
        } catch {
            throw .reading(error)
        }
    }

    /// A header as POSIX.1-1988 has it, its own sum last.
    private static func header(_ name: String, _ length: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(name, at: 0)
        put(octal(0o644, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(length, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
        return header
    }
}
