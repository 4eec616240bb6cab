// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why a text is not the JSON that was asked for, and at which byte.
package struct JSONFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case unexpectedEnd
        case unexpectedByte
        case trailingBytes
        case badEscape
        case loneSurrogate
        case invalidUTF8
        case controlCharacter
        case badNumber
        case duplicateMember
        case tooDeep
        case tooManyValues
        /// Canonical form only: white space, unsorted members, a needless escape, a fraction, null.
        case notCanonical
    }

    package var kind: Kind
    /// Offset in bytes from the start of the text.
    package var offset: Int

    package init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

/// Reads one JSON text (RFC 8259) strictly: no duplicate members, no lone surrogates, bounded depth
/// and count.
///
/// In ``Form/canonical`` it accepts exactly the subset of RFC 8785 that records use, so that accepting a
/// text proves that it is canonical without serialising it again.
package struct JSONParser {
    package enum Form: Sendable {
        case strict
        case canonical
    }

    private let form: Form
    private let deepest: Int
    private var valuesLeft: Int
    private let bytes: [UInt8]
    private var at = 0

    /// Parses the whole of `bytes`; anything after the value is a fault.
    ///
    /// - Parameters:
    ///   - deepest: how many arrays and objects may enclose one another.
    ///   - mostValues: how many values the text may hold in all.
    package static func parse(
        _ bytes: [UInt8], as form: Form, deepest: Int, mostValues: Int = 100_000
    ) throws(JSONFault) -> JSONValue {
        var parser = JSONParser(form: form, deepest: deepest, valuesLeft: mostValues, bytes: bytes)
        parser.skipSpace()
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.at == bytes.count else { throw parser.fault(.trailingBytes) }
        return value
    }

    private init(form: Form, deepest: Int, valuesLeft: Int, bytes: [UInt8]) {
        self.form = form
        self.deepest = deepest
        self.valuesLeft = valuesLeft
        self.bytes = bytes
    }

    private func fault(_ kind: JSONFault.Kind) -> JSONFault { JSONFault(kind: kind, offset: at) }

    private func peek() throws(JSONFault) -> UInt8 {
        guard at < bytes.count else { throw fault(.unexpectedEnd) }
        return bytes[at]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONFault) {
        guard try peek() == byte else { throw fault(.unexpectedByte) }
        at += 1
    }

    /// Canonical text has no white space, so there it is left for the next step to refuse.
    private mutating func skipSpace() {
        guard form == .strict else { return }
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        guard valuesLeft > 0 else { throw fault(.tooManyValues) }
        valuesLeft -= 1
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"):
            guard form == .strict else { throw fault(.notCanonical) }
            return try word("null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default: throw fault(.unexpectedByte)
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault)
        -> JSONValue
    {
        for byte in "\(word)".utf8 { try expect(byte) }
        return value
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth <= deepest else { throw fault(.tooDeep) }
        try expect(UInt8(ascii: "{"))
        skipSpace()
        var members: [JSONMember] = []
        // By bytes: Swift treats texts as equal that only look the same. Canonical order alone already
        // rules out duplicates.
        var seen: Set<[UInt8]> = []
        if try peek() == UInt8(ascii: "}") {
            at += 1
            return .object(members)
        }
        while true {
            let start = at
            let name = try string()
            if form == .canonical, let last = members.last?.name,
                !last.utf16.lexicographicallyPrecedes(name.utf16)
            {
                at = start
                throw fault(last.utf8.elementsEqual(name.utf8) ? .duplicateMember : .notCanonical)
            }
            guard form == .canonical || seen.insert(Array(name.utf8)).inserted else {
                at = start
                throw fault(.duplicateMember)
            }
            skipSpace()
            try expect(UInt8(ascii: ":"))
            skipSpace()
            members.append(JSONMember(name, try value(depth: depth)))
            skipSpace()
            if try peek() == UInt8(ascii: "}") {
                at += 1
                return .object(members)
            }
            try expect(UInt8(ascii: ","))
            skipSpace()
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth <= deepest else { throw fault(.tooDeep) }
        try expect(UInt8(ascii: "["))
        skipSpace()
        var items: [JSONValue] = []
        if try peek() == UInt8(ascii: "]") {
            at += 1
            return .array(items)
        }
        while true {
            items.append(try value(depth: depth))
            skipSpace()
            if try peek() == UInt8(ascii: "]") {
                at += 1
                return .array(items)
            }
            try expect(UInt8(ascii: ","))
            skipSpace()
        }
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = at
        if try peek() == UInt8(ascii: "-") { at += 1 }
        let whole = at
        try digits()
        guard bytes[whole] != 0x30 || at == whole + 1 else { throw fault(.badNumber) }
        var isInteger = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            try digits()
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: "e") || bytes[at] == UInt8(ascii: "E") {
            isInteger = false
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
                at += 1
            }
            try digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isInteger, text != "-0", let number = Int64(text),
            number.magnitude <= JSONValue.largestInteger.magnitude
        {
            return .integer(number)
        }
        guard form == .strict else {
            at = start
            throw fault(.notCanonical)
        }
        return .number(text)
    }

    private mutating func digits() throws(JSONFault) {
        let start = at
        while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
        guard at > start else {
            throw fault(at < bytes.count ? .badNumber : .unexpectedEnd)
        }
    }

    private mutating func string() throws(JSONFault) -> String {
        try expect(UInt8(ascii: "\""))
        let start = at
        // Most strings need no unescaping: find the end first.
        while true {
            let byte = try peek()
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            guard byte >= 0x20 else { throw fault(.controlCharacter) }
            at += 1
        }
        var content = Array(bytes[start..<at])
        while try peek() != UInt8(ascii: "\"") {
            if bytes[at] == UInt8(ascii: "\\") {
                try escape(into: &content)
            } else {
                guard bytes[at] >= 0x20 else { throw fault(.controlCharacter) }
                content.append(bytes[at])
                at += 1
            }
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            at = start
            throw fault(.invalidUTF8)
        }
        at += 1
        return text
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONFault) {
        let start = at
        at += 1
        let letter = try peek()
        at += 1
        if let byte = CanonicalJSON.escapedByte(letter) {
            content.append(byte)
        } else if letter == UInt8(ascii: "/") {
            guard form == .strict else { throw fault(.notCanonical) }
            content.append(letter)
        } else if letter == UInt8(ascii: "u") {
            let scalar = try unicodeEscape()
            if form == .canonical {
                // RFC 8785 §3.2.2.2: \u only for controls without a short form, in lower case.
                guard let byte = UInt8(exactly: scalar.value), byte < 0x20,
                    CanonicalJSON.shortEscape(byte) == nil,
                    bytes[start..<at].elementsEqual(CanonicalJSON.longEscape(byte))
                else {
                    at = start
                    throw fault(.notCanonical)
                }
            }
            content.append(contentsOf: Character(scalar).utf8)
        } else {
            at = start
            throw fault(.badEscape)
        }
    }

    private mutating func unicodeEscape() throws(JSONFault) -> Unicode.Scalar {
        let start = at - 2
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        guard UTF16.isLeadSurrogate(first), at + 1 < bytes.count,
            bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u")
        else {
            at = start
            throw fault(.loneSurrogate)
        }
        at += 2
        let second = try fourDigits()
        guard UTF16.isTrailSurrogate(second),
            let scalar = Unicode.Scalar(
                0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else {
            at = start
            throw fault(.loneSurrogate)
        }
        return scalar
    }

    private mutating func fourDigits() throws(JSONFault) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            var digit = try peek()
            if (0x41...0x46).contains(digit) { digit |= 0x20 }
            guard let nibble = Hex.nibble(digit) else { throw fault(.badEscape) }
            unit = unit << 4 | UInt16(nibble)
            at += 1
        }
        return unit
    }
}
