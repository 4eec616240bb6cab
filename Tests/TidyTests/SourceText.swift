// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Swift source with comments and the content of string literals left out, line by line, so that a rule
/// about calls does not trip over words.
struct SourceText {
    /// Code only; lines keep their numbers.
    let code: [String]

    init(_ text: String) {
        var scanner = Scanner()
        code = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: scanner.code(in: Array($0)), as: UTF8.self) }
    }

    /// The numbers, from 1, of lines that hold the text where a word begins.
    func lines(holding text: String) -> [Int] {
        let wanted = Array(text.utf8)
        return code.indices.filter { number in
            let line = Array(code[number].utf8)
            return line.indices.contains { at in
                line[at] == wanted[0] && line[at...].starts(with: wanted)
                    && (at == 0 || !Self.isWord(line[at - 1]) || !Self.isWord(wanted[0]))
            }
        }.map { $0 + 1 }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
            || (0x41...0x5A).contains(byte & 0xDF)
    }

    private struct Scanner {
        private var isInComment = false
        private var isInLongString = false

        mutating func code(in line: [UInt8]) -> [UInt8] {
            var kept: [UInt8] = []
            var isInString = false
            var at = 0
            func starts(_ mark: StaticString) -> Bool {
                line.count - at >= mark.utf8CodeUnitCount
                    && line[at...].starts(with: mark.description.utf8)
            }
            while at < line.count {
                if isInComment {
                    if starts("*/") {
                        isInComment = false
                        at += 1
                    }
                } else if starts("\"\"\"") {
                    isInLongString.toggle()
                    at += 2
                } else if isInLongString {
                    // Left out.
                } else if isInString {
                    if starts("\\") {
                        at += 1
                    } else if starts("\"") {
                        isInString = false
                        kept.append(line[at])
                    }
                } else if starts("//") {
                    break
                } else if starts("/*") {
                    isInComment = true
                } else {
                    isInString = starts("\"")
                    kept.append(line[at])
                }
                at += 1
            }
            return kept
        }
    }
}
