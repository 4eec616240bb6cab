// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading
internal import SystemPackage

/// Reads the archives that packs are: POSIX ustar with plain files and nothing else.
///
/// Everything that could make two programs read different files from one archive is a fault: links, extended headers,
/// sizes beyond the end, padding that is not zero, bytes behind the end.
struct TarReader: ~Copyable {
    struct Member {
        let name: String
        /// Where its bytes are in the archive.
        let range: Range<Int>
    }

    static let block = 512

    private let file: ReadableFile
    private let length: Int
    private var at = 0
    private var last: String?
    /// Why reading ended before the archive's end.
    private(set) var fault: String?

    init(_ path: FilePath) throws(LogReadFailure) {
        let opened = try ReadableFile(path)
        length = try opened.length()
        file = opened
    }

    /// The next file; nil at the end, or where the archive is wrong.
    mutating func next() throws(LogReadFailure) -> Member? {
        guard fault == nil else { return nil }
        guard at + Self.block <= length else {
            fault = "the archive is cut off at byte \(length): it has no end"
            return nil
        }
        let header = try file.bytes(at..<at + Self.block)
        if header.allSatisfy({ $0 == 0 }) { return try end() }
        guard let member = member(header) else { return nil }
        let padded = (member.range.count + Self.block - 1) / Self.block * Self.block
        guard padded <= length - member.range.lowerBound else {
            fault = "the archive is cut off inside \(member.name)"
            return nil
        }
        let end = member.range.lowerBound + padded
        guard try file.bytes(member.range.upperBound..<end).allSatisfy({ $0 == 0 }) else {
            fault = "bytes are hidden behind \(member.name)"
            return nil
        }
        at = end
        last = member.name
        return member
    }

    /// Two blocks of zeros, and nothing more.
    private mutating func end() throws(LogReadFailure) -> Member? {
        let rest = length - at
        guard rest == 2 * Self.block else {
            fault =
                rest < 2 * Self.block
                ? "the archive is cut off at its end" : "bytes are hidden behind the archive's end"
            return nil
        }
        guard try file.bytes(at..<length).allSatisfy({ $0 == 0 }) else {
            fault = "bytes are hidden in the archive's end"
            return nil
        }
        return nil
    }

    private mutating func member(_ header: [UInt8]) -> Member? {
        guard header[257..<265].elementsEqual(Array("ustar\u{0}00".utf8)) else {
            fault = "the archive is no ustar archive at byte \(at)"
            return nil
        }
        let nameBytes = header[0..<100].prefix { $0 != 0 }
        let name = String(decoding: nameBytes, as: UTF8.self)
        guard header[nameBytes.endIndex..<100].allSatisfy({ $0 == 0 }),
            header[345..<512].allSatisfy({ $0 == 0 })
        else {
            fault = "a name in the archive is not in the form of packs at byte \(at)"
            return nil
        }
        guard header[156] == UInt8(ascii: "0"), header[157..<257].allSatisfy({ $0 == 0 }) else {
            fault = "\(name) in the archive is a link, folder or device, not a file"
            return nil
        }
        guard let size = Self.octal(header[124..<136]), let sum = Self.octal(header[148..<156]),
            sum == Self.checksum(header)
        else {
            fault = "the header of \(name) in the archive is damaged"
            return nil
        }
        guard size <= length - at - Self.block else {
            fault = "\(name) says to be \(size) bytes, and the archive is shorter"
            return nil
        }
        if let last, !last.utf8.lexicographicallyPrecedes(name.utf8) {
            fault =
                last == name
                ? "the archive has \(name) twice" : "the archive's files are not sorted at \(name)"
            return nil
        }
        return Member(name: name, range: at + Self.block..<at + Self.block + size)
    }

    /// The sum of a header's bytes, its own field taken as spaces.
    private static func checksum(_ header: [UInt8]) -> Int {
        header.enumerated().reduce(0) { sum, byte in
            sum + ((148..<156).contains(byte.offset) ? 0x20 : Int(byte.element))
        }
    }

    /// Octal digits up to a zero byte or space; at most eleven, so never too many for an `Int`.
    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.prefix { (0x30...0x37).contains($0) }
        guard !digits.isEmpty, digits.count <= 11,
            field.dropFirst(digits.count).allSatisfy({ $0 == 0 || $0 == 0x20 })
        else { return nil }
        return digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }
    }
}
