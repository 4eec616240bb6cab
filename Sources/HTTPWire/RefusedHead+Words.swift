// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The line of a refused head that the byte at fault is in.
struct FaultyLine {
    /// Without its end.
    let content: ArraySlice<UInt8>
    /// Where the byte at fault is; the end of the content where something is missing behind it.
    let place: Int
    let isStartLine: Bool
    /// What ends the line at the place, if it does so in a way that is not allowed.
    let badEnd: String?

    /// - Parameter line: from its first byte to its line feed, or to where the head ends.
    init(
        _ line: ArraySlice<UInt8>, at place: Int, in head: ArraySlice<UInt8>, isStartLine: Bool
    ) {
        let hasFeed = line.endIndex < head.endIndex
        let hasReturn = hasFeed && line.last == Byte.carriageReturn
        content = hasReturn ? line.dropLast() : line
        badEnd = hasFeed && !hasReturn && place == line.endIndex ? "LF without CR" : nil
        // The line feed is behind the content, and so is what a head does not have any more.
        self.place = min(place, content.endIndex)
        self.isStartLine = isStartLine
    }

    var isAtEnd: Bool { place >= content.endIndex }

    /// The byte at fault; nil at the end of the line.
    var byte: UInt8? { content.indices.contains(place) ? content[place] : nil }

    var hasColon: Bool { content.contains(Byte.colon) }
}

extension RefusedHead {
    /// What is wrong at the place of a line; nil where the reason says all that can be said.
    static func words(_ line: FaultyLine, _ kind: RequestFault.Kind?) -> String? {
        if let badEnd = line.badEnd { return badEnd }
        // An empty line before the first one.
        guard line.place >= line.content.startIndex else { return nil }
        switch line.byte {
        case 0: return "NUL"
        case Byte.carriageReturn: return "CR within a line"
        case (0x01...0x1F)? where line.byte != Byte.tab, 0x7F: return "control byte"
        default: break
        }
        switch kind {
        case .malformedRequestLine where line.isStartLine: return requestLineWords(line)
        case .malformedHost: return hostWords(line)
        case .malformedHeader where !line.isStartLine: return fieldWords(line)
        default: return nil
        }
    }

    /// What a request line lacks, or has too much of.
    private static func requestLineWords(_ line: FaultyLine) -> String? {
        let words = line.content.split(separator: Byte.space, omittingEmptySubsequences: false)
        guard let method = words.first, !method.isEmpty else { return nil }
        if line.isAtEnd {
            let hasTarget = words.count > 1 && !words[1].isEmpty
            return hasTarget ? (words.count == 2 ? "no version" : "malformed version") : "no target"
        }
        if line.place < method.endIndex {
            let byte = line.byte ?? 0
            return Byte.lower(byte) == byte && Byte.isUpper(byte & 0xDF)
                ? "lower-case letter in the method" : nil
        }
        if line.byte == Byte.space, line.place > method.endIndex { return "more than one space" }
        return line.place > method.endIndex ? "malformed version" : nil
    }

    private static func hostWords(_ line: FaultyLine) -> String? {
        if line.isStartLine { return "another host than Host names" }
        if line.place == line.content.startIndex { return "more than one Host" }
        return line.content[line.place...].allSatisfy(Byte.isBlank) ? "empty Host" : nil
    }

    private static func fieldWords(_ line: FaultyLine) -> String? {
        let isFirst = line.place == line.content.startIndex
        if isFirst, let byte = line.byte, Byte.isBlank(byte) { return "folded line" }
        guard line.hasColon else { return "no colon" }
        if isFirst, line.byte == Byte.colon { return "no name" }
        guard let byte = line.byte, Byte.isBlank(byte) else { return nil }
        let isInName = !line.content[..<line.place].contains(Byte.colon)
        return isInName ? "blank before the colon" : nil
    }
}
