// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import FuzzProperties

/// An input that is kept in the repository, as text without a byte that an editor could change.
struct FuzzInput: CustomStringConvertible, Sendable {
    let target: FuzzTarget
    let file: String
    let bytes: [UInt8]

    var description: String { "\(target)/\(file)" }

    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzzing")

    /// All inputs of a target in `Corpus` or `Regressions`.
    static func kept(in folder: String, of target: FuzzTarget) throws -> [FuzzInput] {
        let place = root.appending(path: folder).appending(path: target.rawValue)
        guard FileManager.default.fileExists(atPath: place.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: place.path).sorted().map {
            file in
            let text = try Data(contentsOf: place.appending(path: file))
            return FuzzInput(target: target, file: file, bytes: try unescaped(Array(text), file))
        }
    }

    struct NotEscaped: Error {
        let file: String
        let offset: Int
    }

    /// `\r`, `\n`, `\t`, `\\` and `\xHH` stand for their bytes; line breaks of the file for nothing.
    static func unescaped(_ text: [UInt8], _ file: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var at = 0
        while at < text.count {
            defer { at += 1 }
            switch text[at] {
            case 0x0A: continue
            case UInt8(ascii: "\\"):
                at += 1
                guard at < text.count else { throw NotEscaped(file: file, offset: at) }
                switch text[at] {
                case UInt8(ascii: "r"): bytes.append(0x0D)
                case UInt8(ascii: "n"): bytes.append(0x0A)
                case UInt8(ascii: "t"): bytes.append(0x09)
                case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
                case UInt8(ascii: "x"):
                    let digits = String(decoding: text.dropFirst(at + 1).prefix(2), as: UTF8.self)
                    guard let byte = UInt8(digits, radix: 16) else {
                        throw NotEscaped(file: file, offset: at)
                    }
                    bytes.append(byte)
                    at += 2
                default: throw NotEscaped(file: file, offset: at)
                }
            case 0x20...0x7E: bytes.append(text[at])
            default: throw NotEscaped(file: file, offset: at)
            }
        }
        return bytes
    }
}
