// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

/// Reads with room for everything but the named cases.
private func parse(
    _ text: String, as form: JSONParser.Form, deepest: Int = 6
) -> Result<JSONValue, JSONFault> {
    parse(Array(text.utf8), as: form, deepest: deepest)
}

private func parse(
    _ bytes: [UInt8], as form: JSONParser.Form, deepest: Int = 6
) -> Result<JSONValue, JSONFault> {
    Result { () throws(JSONFault) in try JSONParser.parse(bytes, as: form, deepest: deepest) }
}

private func fault(_ kind: JSONFault.Kind, _ offset: Int) -> Result<JSONValue, JSONFault> {
    .failure(JSONFault(kind: kind, offset: offset))
}

struct JSONParserTests {
    static let both: [(String, JSONValue)] = [
        ("{}", .object([])), ("[]", .array([])), ("\"\"", .string("")), ("true", .bool(true)),
        ("false", .bool(false)), ("0", .integer(0)), ("-1", .integer(-1)),
        ("9007199254740991", .integer(9_007_199_254_740_991)),
        ("-9007199254740991", .integer(-9_007_199_254_740_991)),
        (
            "[1,[2,{\"a\":[]}]]",
            .array([
                .integer(1),
                .array([
                    .integer(2), .object([JSONMember("a", .array([]))]),
                ]),
            ])
        ),
        (
            "{\"a\":1,\"b\":\"x\"}",
            .object([
                JSONMember("a", .integer(1)), JSONMember("b", .string("x")),
            ])
        ),
        (
            "\"\\b\\t\\n\\f\\r\\\"\\\\\\u0000\\u001f\"",
            .string(
                "\u{8}\u{9}\n\u{C}\r\"\\\u{0}\u{1F}")
        ),
        ("\"é€😀\u{7F}\u{2028}\"", .string("é€😀\u{7F}\u{2028}")), ("\"/\"", .string("/")),
    ]

    @Test(arguments: both)
    func `canonical texts read the same in both forms and are written back`(
        text: String, value: JSONValue
    ) {
        #expect(parse(text, as: .strict) == .success(value))
        #expect(parse(text, as: .canonical) == .success(value))
        #expect(CanonicalJSON.encode(value) == Array(text.utf8))
    }

    static let strictOnly: [(String, JSONValue)] = [
        (" {\"a\" :\t1\r\n} ", .object([JSONMember("a", .integer(1))])),
        (
            "{\"b\":1,\"a\":2}",
            .object([
                JSONMember("b", .integer(1)), JSONMember("a", .integer(2)),
            ])
        ),
        ("null", .null), ("1.5", .number("1.5")), ("1e2", .number("1e2")),
        ("-0", .number("-0")), ("1E+2", .number("1E+2")), ("0.0e-10", .number("0.0e-10")),
        ("9007199254740992", .number("9007199254740992")),
        ("123456789012345678901234567890", .number("123456789012345678901234567890")),
        ("\"\\/\"", .string("/")), ("\"\\u0041\"", .string("A")),
        ("\"\\u000A\"", .string("\n")), ("\"\\u001F\"", .string("\u{1F}")),
        ("\"\\uD83D\\uDE00\"", .string("😀")), ("\"\\ud83d\\ude00\"", .string("😀")),
        ("\"\\uDBFF\\uDFFF\"", .string("\u{10FFFF}")),
        ("\"\\uD800\\uDC00\"", .string("\u{10000}")), ("\"\\uFFFF\"", .string("\u{FFFF}")),
    ]

    @Test(arguments: strictOnly)
    func `other spellings are JSON and not canonical`(text: String, value: JSONValue) {
        #expect(parse(text, as: .strict) == .success(value))
        guard case .failure = parse(text, as: .canonical) else {
            Issue.record("accepted as canonical")
            return
        }
    }

    static let neither: [(String, JSONFault.Kind, Int)] = [
        ("", .unexpectedEnd, 0), ("{", .unexpectedEnd, 1), ("[", .unexpectedEnd, 1),
        ("\"", .unexpectedEnd, 1), ("\"\\", .unexpectedEnd, 2), ("\"\\u00", .unexpectedEnd, 5),
        ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5),
        ("{\"a\":1", .unexpectedEnd, 6), ("{\"a\":1,", .unexpectedEnd, 7),
        ("[1,]", .unexpectedByte, 3), ("{\"a\":1,}", .unexpectedByte, 7),
        ("{,}", .unexpectedByte, 1), ("{a:1}", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3),
        ("'a'", .unexpectedByte, 0), ("truE", .unexpectedByte, 3), ("tru", .unexpectedEnd, 3),
        ("nul", .unexpectedEnd, 3), ("NaN", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
        (".5", .unexpectedByte, 0), ("01", .badNumber, 2), ("-", .unexpectedEnd, 1),
        ("-a", .badNumber, 1), ("1.", .unexpectedEnd, 2), ("1.e1", .badNumber, 2),
        ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3), ("{}x", .trailingBytes, 2),
        ("1 2", .trailingBytes, 2), ("\u{FEFF}1", .unexpectedByte, 0),
        ("\"\\x\"", .badEscape, 1), ("\"\\u00g0\"", .badEscape, 5),
        ("\"\\ud800\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1),
        ("\"\\ud800\\ud800\"", .loneSurrogate, 1), ("\"\\ud800\\n\"", .loneSurrogate, 1),
        ("\"a\u{1}\"", .controlCharacter, 2), ("\"\n\"", .controlCharacter, 1),
        ("\"\\n\t\"", .controlCharacter, 3),
        ("{\"a\":1,\"a\":1}", .duplicateMember, 7),
        ("{\"b\":1,\"a\":1,\"b\":2}", .duplicateMember, 13),
        ("{\"a\":1,\"\\u0061\":1}", .duplicateMember, 7),
    ]

    @Test(arguments: neither)
    func `what is no JSON is refused with its place`(
        text: String, kind: JSONFault.Kind, offset: Int
    ) {
        #expect(parse(text, as: .strict) == fault(kind, offset))
        guard case .failure = parse(text, as: .canonical) else {
            Issue.record("accepted as canonical")
            return
        }
    }

    static let canonicalFaults: [(String, JSONFault.Kind, Int)] = [
        ("{\"b\":1,\"a\":2}", .notCanonical, 7), ("{\"a\":1,\"a\":2}", .duplicateMember, 7),
        ("null", .notCanonical, 0), ("1.5", .notCanonical, 0), ("-0", .notCanonical, 0),
        ("9007199254740992", .notCanonical, 0), ("\"\\u000a\"", .notCanonical, 1),
        ("\"\\u001F\"", .notCanonical, 1), ("\"\\u0041\"", .notCanonical, 1),
        ("\"\\/\"", .notCanonical, 3), ("{\"\\u00e9\":1}", .notCanonical, 2),
    ]

    @Test(arguments: canonicalFaults)
    func `canonical form names what is not canonical`(
        text: String, kind: JSONFault.Kind, offset: Int
    ) {
        #expect(parse(text, as: .canonical) == fault(kind, offset))
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0xAF], [0xC1, 0xBF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xE2, 0x82], [0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xE0, 0x80, 0xAF],
        ] as [[UInt8]])
    func `bytes that are no UTF-8 are refused in strings and names`(bytes: [UInt8]) {
        for form in [JSONParser.Form.strict, .canonical] {
            let string = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
            #expect(parse(string, as: form) == fault(.invalidUTF8, 1))
            let object = [UInt8(ascii: "{")] + string + Array(":1}".utf8)
            #expect(parse(object, as: form) == fault(.invalidUTF8, 2))
        }
    }

    @Test func `members sort by UTF-16 code units, not by bytes`() {
        // U+10000 is D800 DC00 in UTF-16 and so comes before U+FFFD, which UTF-8 has the other way.
        let sorted = "{\"\u{10000}\":1,\"\u{FFFD}\":2}"
        let bytewise = "{\"\u{FFFD}\":2,\"\u{10000}\":1}"
        #expect(throws: Never.self) { try parse(sorted, as: .canonical).get() }
        #expect(parse(bytewise, as: .canonical) == fault(.notCanonical, 9))
        let value = JSONValue.object([
            JSONMember("\u{FFFD}", .integer(2)), JSONMember("\u{10000}", .integer(1)),
        ])
        #expect(CanonicalJSON.encode(value) == Array(sorted.utf8))
    }

    @Test func `names that only look the same are different members`() throws {
        // é as one scalar and as two: canonically equivalent for Swift, different JSON names.
        let text = "{\"e\u{301}\":1,\"\u{E9}\":2}"
        for form in [JSONParser.Form.strict, .canonical] {
            let value = try parse(text, as: form).get()
            #expect(value.members?.count == 2)
        }
    }

    @Test func `depth is bounded`() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = open == "[" ? "" : "1"
            let six = String(repeating: open, count: 6) + inner + String(repeating: close, count: 6)
            let seven =
                String(repeating: open, count: 7) + inner + String(repeating: close, count: 7)
            #expect(throws: Never.self) { try parse(six, as: .canonical).get() }
            #expect(parse(seven, as: .strict) == fault(.tooDeep, open.utf8.count * 6))
        }
        let bomb = String(repeating: "[", count: 1_000_000)
        #expect(parse(bomb, as: .strict) == fault(.tooDeep, 6))
    }

    @Test func `the number of values is bounded`() {
        let text = Array("[1,2,3]".utf8)
        #expect(throws: Never.self) {
            try JSONParser.parse(text, as: .strict, deepest: 2, mostValues: 4)
        }
        #expect(throws: JSONFault(kind: .tooManyValues, offset: 5)) {
            try JSONParser.parse(text, as: .strict, deepest: 2, mostValues: 3)
        }
    }

    @Test func `every prefix of a text is refused`() {
        let text = Array("{\"a\":[1,true,\"\\u0001\\n\",{}],\"b\":-12}".utf8)
        for length in 0..<text.count {
            guard case .failure = parse(Array(text.prefix(length)), as: .canonical) else {
                Issue.record("prefix of \(length) bytes accepted")
                continue
            }
        }
    }

    @Test func `what canonical form accepts is written back byte for byte, whatever byte changes`()
    {
        let text = Array("{\"a\":[1,true,\"\\u0001\\n€\",{}],\"b\":-12}".utf8)
        for position in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[position] = byte
                if case .success(let value) = parse(changed, as: .canonical) {
                    #expect(CanonicalJSON.encode(value) == changed)
                }
            }
        }
    }
}
