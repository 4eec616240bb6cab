// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Cuts a query's text into tokens, and refuses what is too much of it.
struct QueryScanner {
    private let bytes: [UInt8]
    private let limits: QueryLimits
    private var at = 0
    private var depth: [Int] = []
    private var terms = 0
    /// The field whose list of values is open.
    private var listed: String?
    private(set) var tokens: [QueryToken] = []

    init(_ text: String, _ limits: QueryLimits) {
        bytes = Array(text.utf8)
        self.limits = limits
    }

    /// All tokens, in order.
    static func tokens(
        of text: String, _ limits: QueryLimits
    ) throws(QueryFault) -> [QueryToken] {
        var scanner = QueryScanner(text, limits)
        try scanner.scan()
        return scanner.tokens
    }

    /// Reads to the end, or to the first fault: ``tokens`` has what stands before it.
    mutating func scan() throws(QueryFault) {
        guard bytes.count <= limits.bytes else {
            throw QueryFault(.tooLong, at: limits.bytes..<bytes.count)
        }
        while at < bytes.count {
            switch bytes[at] {
            case _ where Self.isBlank(bytes[at]): at += 1
            case UInt8(ascii: "("): try open(.open)
            case UInt8(ascii: ")"): try close()
            case UInt8(ascii: "-") where listed == nil:
                put(.minus, at..<at + 1)
                guard at < bytes.count, !Self.isBlank(bytes[at]), bytes[at] != UInt8(ascii: ")")
                else {
                    throw QueryFault(.missingTerm, at: at - 1..<at)
                }
            default: try word()
            }
        }
        if let open = depth.last { throw QueryFault(.openParenthesis, at: open..<open + 1) }
    }

    private mutating func put(_ kind: QueryToken.Kind, _ range: Range<Int>) {
        tokens.append(QueryToken(kind: kind, range: range))
        at = range.upperBound
    }

    private mutating func open(_ kind: QueryToken.Kind) throws(QueryFault) {
        let place = at..<at + 1
        // A list of values holds no other, so that it adds nothing to the depth of what is read.
        if let listed { throw QueryFault(.badList(field: listed), at: place) }
        if case .field(let name) = tokens.last?.kind, kind == .openList {
            listed = name.text
        } else if depth.count == limits.depth {
            throw QueryFault(.tooDeep, at: place)
        }
        depth.append(at)
        put(kind, place)
    }

    private mutating func close() throws(QueryFault) {
        guard depth.popLast() != nil else {
            throw QueryFault(.strayParenthesis, at: at..<at + 1)
        }
        listed = nil
        put(.close, at..<at + 1)
    }

    private mutating func word() throws(QueryFault) {
        let start = at
        guard listed == nil, let name = try read(isName: true) else {
            at = start
            return try value(from: start, isListed: listed != nil)
        }
        put(.field(name), start..<at)
        guard at < bytes.count else { return }
        if bytes[at] == UInt8(ascii: "(") {
            try open(.openList)
        } else if !endsWord(bytes[at]) {
            try value(from: at, isListed: true)
        }
    }

    /// A value, a word, or a word that joins.
    private mutating func value(from start: Int, isListed: Bool) throws(QueryFault) {
        guard let word = try read(isName: false) else { return }
        let range = start..<at
        let isBehindColon =
            if case .field = tokens.last?.kind { tokens.last?.range.upperBound == start } else {
                false
            }
        if !word.isQuoted, !isBehindColon {
            switch word.text {
            case "AND": return put(.and, range)
            case "OR": return put(.or, range)
            case "NOT": return put(.not, range)
            default: break
            }
        }
        terms += 1
        guard terms <= limits.terms else { throw QueryFault(.tooManyTerms, at: range) }
        put(isListed ? .value(word) : .word(word), range)
    }

    /// The word at hand, without its quotation marks and escapes.
    ///
    /// - Parameter isName: whether only what ends in a colon is wanted; nil if it does not.
    private mutating func read(isName: Bool) throws(QueryFault) -> QueryWord? {
        var word = QueryWord()
        var quote: Int?
        while at < bytes.count {
            let byte = bytes[at]
            if quote == nil, endsWord(byte) { break }
            if byte < 0x20 || byte == 0x7F {
                throw QueryFault(.controlCharacter, at: at..<at + 1)
            }
            switch byte {
            case UInt8(ascii: "\\"):
                guard at + 1 < bytes.count else {
                    throw QueryFault(.danglingEscape, at: at..<at + 1)
                }
                let escaped = bytes[at + 1]
                if escaped < 0x20 || escaped == 0x7F {
                    throw QueryFault(.controlCharacter, at: at + 1..<at + 2)
                }
                word.append(escaped, isActive: false, at: at)
                word.isQuoted = true
                at += 1
            case UInt8(ascii: "\""):
                quote = quote == nil ? at : nil
                word.isQuoted = true
            case UInt8(ascii: ":") where isName && quote == nil:
                at += 1
                return word
            default: word.append(byte, isActive: true, at: at)
            }
            at += 1
        }
        if let quote { throw QueryFault(.openQuote, at: quote..<quote + 1) }
        return isName ? nil : word
    }

    private func endsWord(_ byte: UInt8) -> Bool {
        Self.isBlank(byte) || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
