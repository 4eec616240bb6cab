// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

enum BodyOutcome: Equatable {
    case incomplete([UInt8])
    case fault(ChunkFault.Kind, offset: Int)
    case content([UInt8], length: Int)
}

private func decode(
    _ bytes: [UInt8], _ delivery: Delivery, _ framing: BodyFraming,
    _ direction: ChunkDecoder.Direction, _ limits: Limits
) -> BodyOutcome {
    var decoder = BodyDecoder(framing, direction, limits: limits)
    var content: [UInt8] = []
    var taken = 0
    for piece in delivery.pieces(of: bytes) + [[]] {
        var at = 0
        reading: while true {
            do {
                switch try decoder.next(in: piece.span, at: &at) {
                case .data(let range): content += piece[range]
                case .needsMore: break reading
                case .end: return .content(content, length: taken + at)
                }
            } catch {
                return .fault(error.kind, offset: taken + error.offset)
            }
        }
        taken += piece.count
    }
    return .incomplete(content)
}

/// Decodes a body in every way of delivery and requires that all agree.
func body(
    _ text: String, _ framing: BodyFraming = .chunked,
    _ direction: ChunkDecoder.Direction = .request, limits: Limits = .standard,
    sourceLocation: SourceLocation = #_sourceLocation
) -> BodyOutcome {
    let bytes = latin1(text)
    let expected = decode(bytes, .burst, framing, direction, limits)
    for delivery in Delivery.allCases {
        if delivery == .burstWithRest, case .incomplete = expected { continue }
        let got = decode(bytes, delivery, framing, direction, limits)
        #expect(got == expected, "\(delivery)", sourceLocation: sourceLocation)
    }
    return expected
}

@Suite struct `A chunked body` {
    @Test(arguments: [
        ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", "abcde"),
        ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("a\r\n0123456789\r\n000\r\n\r\n", "0123456789"), ("01\r\n\r\r\n0\r\n\r\n", "\r"),
        ("0000000000000002\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("5;a\r\nhello\r\n0;b=c\r\n\r\n", "hello"),
        ("5;a;b=c;d\r\nhello\r\n0\r\n\r\n", "hello"), ("1\r\n0\r\n0\r\nX: 1\r\n\r\n", "0"),
        ("0\r\nX:1\r\nY-Z: \t2 \r\nE:\r\n\r\n", ""),
        (
            "0\r\nHost: x\r\nAuthorization: y\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
            ""
        ),
        ("7\r\n0\r\n\r\nGE\r\n0\r\n\r\n", "0\r\n\r\nGE"),
        // Extensions are passed over (RFC 9112 §7.1.1), with the blanks and quotes of the grammar.
        ("5 ;a\r\nhello\r\n0\r\n\r\n", "hello"), ("5; a\r\nhello\r\n0 ; b\r\n\r\n", "hello"),
        ("5 \t;\ta = b;c\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5;a=\"b\"\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5;a=\"\";b\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5;a=\"; \\\" =\t\u{E9}\" ;b\r\nhello\r\n0\r\n\r\n", "hello"),
        ("0\r\nX_Y: \u{E9}\r\n\r\n", ""),
    ])
    func `is its content`(_ text: String, _ content: String) {
        #expect(body(text) == .content(latin1(content), length: latin1(text).count))
        #expect(
            body(text, .chunked, .response)
                == .content(latin1(content), length: latin1(text).count))
    }

    @Test(arguments: [
        // Sizes
        "\r\n", "x\r\n", "0x5\r\n", "+5\r\n", "-5\r\n", "5_0\r\n", " 5\r\n", "g\r\n", "\u{0}5\r\n",
        "5\u{0}\r\n", "\"5\"\r\n", "5h\r\n", "5,5\r\n", "5.\r\n",
        "00000000000000000\r\n", "00000000000000005\r\n", "fffffffffffffffff\r\n",
        "ffffffffffffffff\r\n", "8000000000000000\r\n", "20000000000001\r\n", "\u{FF}\r\n",
        ";a\r\n",
        // Line ends: TERM.EXT, EXT.TERM and so on
        "5\nhello", "5\rhello", "5\r\rhello", "5\rX\nhello", "5;a\nhello", "5;a\rX\n", "5;a\r\r\n",
        "5;\n5\r\n", "5;a\n5\r\nhello", "0\n\r\n", "0\r\n\n", "0\r\n\r\r", "0\r\n\rX", "0\r\r\n",
        "0\n\n",
        // TERM.SPILL, SPILL.TERM, ONE.TWO, TWO.ONE, ZERO.TWO, TWO.ZERO
        "5\r\nhelloX\r\n", "5\r\nhello\n0\r\n", "5\r\nhello\r0\r\n", "5\r\nhello\rX",
        "5\r\nhello\r\r\n",
        "5\r\nhello0\r\n\r\n", "5\r\nhelloXX0\r\n\r\n", "5\r\nhello\r\n\r\n0\r\n\r\n",
        "5\r\nhello\n\r0",
        "5\r\nhell\r\n0\r\n\r\n",
        // Extensions
        "5;a=\r\n", "5;=b\r\n", "5;a=b=c\r\n", "5;a b\r\n", "5;a=b c\r\n", "5;a,b\r\n",
        "5;a\u{0}\r\n", "5;\u{E9}\r\n", "5 a\r\n", "5 6\r\n", "5;a=\"b\r\n", "5;a=\"b\"c\r\n",
        "5;a=\"b\r\n\"\r\n", "5;a=\"b\n\"\r\n", "5;a=\"\u{0}\"\r\n", "5;a=\"b\\\r\n\"\r\n",
        "5;\"a\"\r\n",
        "5;a=b\"c\"\r\n", "5;a=\"\\\u{7F}\"\r\n", "5 \n", "5;a \n",
        // Trailers
        "0\r\nX\r\n\r\n", "0\r\n X: 1\r\n", "0\r\nX : 1\r\n", "0\r\n: 1\r\n", "0\r\n\u{E9}: 1\r\n",
        "0\r\nX: 1\n\r\n", "0\r\nX: 1\r\r\n", "0\r\nX: \u{0}\r\n",
        "0\r\nX: 1\r\n folded\r\n", "0\r\nX: \u{7F}\r\n", "0\r\nGET / HTTP/1.1\r\n",
    ])
    func `of another form is refused`(_ text: String) {
        for direction in [ChunkDecoder.Direction.request, .response] {
            guard case .fault(.malformedChunk, _) = body(text, .chunked, direction) else {
                Issue.record("accepted of a \(direction)")
                continue
            }
        }
    }

    @Test(arguments: [
        "5 \r\nhello\r\n0\t \r\n\r\n", "5   \r\nhello\r\n0   \r\n\r\n", "5;\r\nhello\r\n0\r\n\r\n",
        "5;;a\r\nhello\r\n0; \r\n\r\n", "5;a=b \r\nhello\r\n0\r\n\r\n",
        "5;a \r\nhello\r\n0;a=\"b\" \r\n\r\n",
    ])
    func `may be padded by a service and not by a client`(_ text: String) {
        #expect(
            body(text, .chunked, .response)
                == .content(latin1("hello"), length: text.utf8.count))
        guard case .fault(.malformedChunk, _) = body(text) else {
            Issue.record("accepted of a request")
            return
        }
    }

    @Test func `is not complete before its last line`() {
        let text = "5;a=b\r\nhello\r\n0\r\nX: 1\r\n\r\n"
        for count in 0..<text.utf8.count {
            guard case .incomplete = body(String(decoding: text.utf8.prefix(count), as: UTF8.self))
            else {
                Issue.record("\(count)")
                continue
            }
        }
        #expect(body(text) == .content(latin1("hello"), length: text.utf8.count))
    }

    @Test func `fault says where it is`() {
        #expect(body("5\r\nhello\r\nx") == .fault(.malformedChunk, offset: 10))
        #expect(body("1\r\naXX") == .fault(.malformedChunk, offset: 4))
    }

    @Test(arguments: [1, 255, 256]) func `has extensions up to the limit`(_ limit: Int) {
        var limits = Limits()
        limits.chunkExtensionBytes = limit + 1
        let fits = "1;" + String(repeating: "a", count: limit) + "\r\nx\r\n0\r\n\r\n"
        let long = "1;a" + String(repeating: "a", count: limit) + "\r\nx\r\n0\r\n\r\n"
        #expect(body(fits, limits: limits) == .content(latin1("x"), length: fits.utf8.count))
        #expect(body(long, limits: limits) == .fault(.framingOverhead, offset: limit + 2))
        #expect(Limits.standard.chunkExtensionBytes == 256)
    }

    @Test func `has sizes of a bounded number of digits`() {
        var limits = Limits()
        limits.chunkSizeDigits = 2
        #expect(
            body("0f\r\n" + String(repeating: "a", count: 15) + "\r\n00\r\n\r\n", limits: limits)
                == .content(Array(repeating: 0x61, count: 15), length: 4 + 15 + 2 + 4 + 2))
        #expect(body("00f\r\n", limits: limits) == .fault(.malformedChunk, offset: 2))
    }

    @Test func `must not cost far more than it carries`() {
        // Each chunk: a size line of 48 bytes and 2 for its end, 16 and 2 × 1 allowed, so 32 in excess.
        let chunk = "1;" + String(repeating: "a", count: 44) + "\r\nx\r\n"
        var limits = Limits()
        limits.chunkFramingExcess = 320
        let ten = String(repeating: chunk, count: 10)
        let end = "0\r\n\r\n"
        #expect(
            body(ten + end, limits: limits)
                == .content(Array(repeating: 0x78, count: 10), length: ten.utf8.count + 5))
        guard case .fault(.framingOverhead, _) = body(ten + chunk + end, limits: limits) else {
            Issue.record("accepted")
            return
        }
        #expect(Limits.standard.chunkFramingExcess == 16_384)
    }

    @Test func `may come in chunks of one byte for ever`() {
        let text = String(repeating: "1\r\nx\r\n", count: 20_000) + "0\r\n\r\n"
        var limits = Limits()
        limits.chunkFramingExcess = 16
        let outcome = decode(latin1(text), .threes, .chunked, .request, limits)
        #expect(outcome == .content(Array(repeating: 0x78, count: 20_000), length: text.utf8.count))
    }

    @Test func `has a bounded trailer section`() {
        var limits = Limits()
        limits.trailerFields = 2
        limits.trailerBytes = 16
        #expect(body("0\r\nA: 1\r\nB: 2\r\n\r\n", limits: limits) == .content([], length: 17))
        #expect(
            body("0\r\nA:\r\nB:\r\nC:\r\n\r\n", limits: limits)
                == .fault(.framingOverhead, offset: 11))
        #expect(
            body("0\r\nA: 123456789\r\n\r\n", limits: limits) == .content([], length: 19))
        #expect(
            body("0\r\nA: 1234567890\r\n\r\n", limits: limits)
                == .fault(.framingOverhead, offset: 19))
    }

    @Test func `must not announce more than any length says`() {
        let half = "10000000000000"
        guard case .incomplete = body("\(half)\r\n") else {
            Issue.record("refused")
            return
        }
        #expect(body("20000000000000\r\n") == .incomplete([]))
        guard case .fault(.malformedChunk, _) = body("1\r\nx\r\n20000000000000\r\n") else {
            Issue.record("accepted")
            return
        }
    }

    @Test(arguments: [1, 9, 15, 16, 255, 256, 257, 65_535, 65_536, 1 << 40, Int.max])
    func `is written as it is read`(_ count: Int) {
        var line: [UInt8] = []
        line.append(addingCapacity: ChunkEncoder.longestSizeLine) {
            ChunkEncoder.appendSizeLine(count, to: &$0)
        }
        #expect(String(decoding: line, as: UTF8.self) == String(count, radix: 16) + "\r\n")
        #expect(line.count <= ChunkEncoder.longestSizeLine)
        guard count <= 65_536 else { return }
        let content = [UInt8](repeating: 0x61, count: count)
        let bytes = line + content + ChunkEncoder.lineEnd + ChunkEncoder.end
        #expect(
            decode(bytes, .burst, .chunked, .request, .standard)
                == .content(content, length: bytes.count))
    }
}

@Suite struct `A body` {
    @Test func `of known length ends after so many bytes`() {
        #expect(body("", .none) == .content([], length: 0))
        #expect(body("x", .none) == .content([], length: 0))
        #expect(body("", .length(0)) == .content([], length: 0))
        #expect(body("hello", .length(5)) == .content(latin1("hello"), length: 5))
        #expect(body("hellox", .length(5)) == .content(latin1("hello"), length: 5))
        #expect(body("hell", .length(5)) == .incomplete(latin1("hell")))
    }

    @Test func `without framing ends with its connection`() {
        #expect(body("hello", .untilClose, .response) == .incomplete(latin1("hello")))
    }

    @Test func `knows whether it may end now`() throws {
        var length = BodyDecoder(.length(2), .response, limits: .standard)
        var chunked = BodyDecoder(.chunked, .response, limits: .standard)
        #expect(!length.mayEndWithConnection)
        #expect(!chunked.mayEndWithConnection)
        #expect(BodyDecoder(.untilClose, .response, limits: .standard).mayEndWithConnection)
        #expect(BodyDecoder(.none, .response, limits: .standard).mayEndWithConnection)
        var at = 0
        let two = latin1("ab")
        _ = try length.next(in: two.span, at: &at)
        #expect(length.mayEndWithConnection)
        at = 0
        let last = latin1("0\r\n\r\n")
        #expect(try chunked.next(in: last.span, at: &at) == .end)
        #expect(chunked.mayEndWithConnection)
        #expect(at == 5)
    }

    @Test func `that has ended stays ended`() throws {
        var decoder = BodyDecoder(.chunked, .request, limits: .standard)
        let bytes = latin1("0\r\n\r\n0\r\n\r\n")
        var at = 0
        #expect(try decoder.next(in: bytes.span, at: &at) == .end)
        #expect(try decoder.next(in: bytes.span, at: &at) == .end)
        #expect(at == 5)
    }
}
